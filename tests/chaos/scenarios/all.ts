/* The scenarios, in the order in which a run without names takes them. */
import type { Scenario } from '../scenario.ts';
import { checker } from './checker.ts';
import { deaths } from './deaths.ts';
import { disk } from './disk.ts';
import { freeze } from './freeze.ts';
import { kills } from './kills.ts';
import { poison } from './poison.ts';
import { redisFaults } from './redis.ts';
import { reins } from './reins.ts';
import { spool } from './spool.ts';
import { unique } from './unique.ts';

export const scenarios: Scenario[] = [checker, kills, redisFaults, deaths, freeze, poison, unique, reins, disk, spool];
