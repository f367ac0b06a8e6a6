// BullMQ beside our queue: JOBS jobs that do nothing, added before the clock starts, worked off by one
// worker with SLOTS at a time on the same Redis. Prints {"per_second": n}.
import { Queue, Worker } from 'bullmq'

const [jobs, slots] = process.argv.slice(2).map(Number)
const [, path, password] = /^unix:\/\/([^?]+)\?password=(.*)$/.exec(process.env.RINGSIGHT_REDIS_URL)
const connection = { path, password, maxRetriesPerRequest: null }
const queue = new Queue('bench', { connection })

await queue.obliterate({ force: true })
for (let i = 0; i < jobs; i += 1000)
  await queue.addBulk(Array.from({ length: Math.min(1000, jobs - i) }, () => ({ name: 'nothing', data: { ms: 0 }, opts: { removeOnComplete: true } })))

let left = jobs
const began = process.hrtime.bigint()
const ended = new Promise((done) => {
  const worker = new Worker('bench', async () => {}, { connection, concurrency: slots })
  worker.on('completed', () => {
    if (--left === 0) worker.close().then(done)
  })
})
await ended
console.log(JSON.stringify({ per_second: jobs / (Number(process.hrtime.bigint() - began) / 1e9) }))
await queue.obliterate({ force: true })
await queue.close()
process.exit(0)
