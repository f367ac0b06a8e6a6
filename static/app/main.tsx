/* Mount: the session decides between the sign-in page, the dashboard and the operator's pages. */
import '@fontsource-variable/inter/wght.css';
import './style/index.css';
import './ui/theme';
import { render, type ComponentChildren } from 'preact';
import { useEffect, useErrorBoundary, useState } from 'preact/hooks';
import { ErrorBoundary, LocationProvider, Route, Router, lazy, useLocation } from 'preact-iso';
import { startLive } from './api/live';
import { loadPlatform, loadSession, platform, refusalFor, session } from './api/session';
import { routes, to, type PageRoute } from './routes';
import { Frame } from './shell/frame';
import { Button } from './ui/button';
import { Page } from './ui/page';
import { Empty, Loading } from './ui/states';
import { Toasts } from './ui/toast';

const SignIn = lazy(() => import('./pages/sessions/sign-in'));
const Join = lazy(() => import('./pages/invitations/join'));
const Forgot = lazy(() => import('./pages/passwords/forgot'));
const AddressLink = lazy(() => import('./pages/addresses/link'));
const Reset = lazy(() => import('./pages/passwords/reset'));
const PlatformSignIn = lazy(() => import('./pages/tenants/sign-in'));
const Tenants = lazy(() => import('./pages/tenants/tenants'));
const Queues = lazy(() => import('./pages/queues/queues'));
const ServiceAudit = lazy(() => import('./pages/audit/service'));
const OperatorSecurity = lazy(() => import('./pages/factors/operator'));
const FactorWanted = lazy(() => import('./pages/factors/wanted'));
const Mails = lazy(() => import('./pages/mails/mails'));

/** Leads elsewhere without leaving a step in the history. */
function Redirect({ href }: { href: string }) {
  const { route } = useLocation();
  useEffect(() => route(href, true), [href]);
  return null;
}

function Missing() {
  return (
    <Page title="Not found">
      <Empty
        action={
          <a class="button plain" href={to.calls()}>
            Go to calls
          </a>
        }
      >
        There is no page at this address.
      </Empty>
    </Page>
  );
}

function Guarded({ of }: { of: PageRoute }) {
  const why = refusalFor(of.permission);
  const Body = of.page;
  return why ? (
    <Page title={of.title}>
      <Empty>{why}</Empty>
    </Page>
  ) : (
    <Body />
  );
}

const guards = routes.map((of) => ({ path: of.path, component: () => <Guarded of={of} /> }));

/* Links of mails lead here: signed in or not. */
const byLink = ['/join', '/forgot', '/reset', '/address', '/address-stop'];

function Dashboard() {
  const { url, path } = useLocation();
  if (session.value === undefined) return <Loading label="Loading Ringsight" />;
  if (byLink.includes(path))
    return (
      <Routes>
        <Route path="/join" component={Join} />
        <Route path="/forgot" component={Forgot} />
        <Route path="/reset" component={Reset} />
        <Route path="/address" component={AddressLink} />
        <Route path="/address-stop" component={AddressLink} />
      </Routes>
    );
  if (!session.value?.tenant) {
    return path === '/sign-in' ? (
      <Routes>
        <Route path="/sign-in" component={SignIn} />
      </Routes>
    ) : (
      <Redirect href={to.signIn(url)} />
    );
  }
  if (path === '/sign-in')
    return (
      <Routes>
        <Route path="/sign-in" component={SignIn} />
      </Routes>
    );
  if (session.value.lacks_factor)
    return (
      <Routes>
        <Route default component={FactorWanted} />
      </Routes>
    );
  if (path === '/') return <Redirect href={to.calls()} />;
  return (
    <Frame>
      <Routes>
        {guards.map((g) => (
          <Route key={g.path} path={g.path} component={g.component} />
        ))}
        <Route default component={Missing} />
      </Routes>
    </Frame>
  );
}

const OperatorFactorWanted = () => <FactorWanted operator />;

function Operator() {
  const { path } = useLocation();
  if (platform.value === undefined) return <Loading label="Loading Ringsight" />;
  if (!platform.value && path !== to.platformSignIn())
    return <Redirect href={to.platformSignIn()} />;
  if (platform.value?.lacks_factor)
    return (
      <Routes>
        <Route default component={OperatorFactorWanted} />
      </Routes>
    );
  return (
    <Routes>
      <Route path="/platform/sign-in" component={PlatformSignIn} />
      <Route path="/platform/tenants" component={Tenants} />
      <Route path="/platform/queues" component={Queues} />
      <Route path="/platform/audit" component={ServiceAudit} />
      <Route path="/platform/mails" component={Mails} />
      <Route path="/platform/security" component={OperatorSecurity} />
      <Route default component={() => <Redirect href={to.tenants()} />} />
    </Routes>
  );
}

function Routes({ children }: { children: ComponentChildren }) {
  return (
    <ErrorBoundary>
      <Router>{children as never}</Router>
    </ErrorBoundary>
  );
}

function App() {
  const { path } = useLocation();
  const [broken, reset] = useErrorBoundary();
  const [unreachable, setUnreachable] = useState('');
  const operator = path.startsWith('/platform');

  const load = () => {
    setUnreachable('');
    (operator ? loadPlatform() : loadSession()).catch((e: Error) => setUnreachable(e.message));
  };
  useEffect(load, [operator]);

  if (broken) {
    return (
      <main class="alone">
        <Empty
          action={
            <Button kind="main" onClick={reset}>
              Show the page again
            </Button>
          }
        >
          Something on this page broke. {String((broken as Error).message ?? broken)}
        </Empty>
      </main>
    );
  }
  if (unreachable) {
    return (
      <main class="alone">
        <Empty
          action={
            <Button kind="main" onClick={load}>
              Try again
            </Button>
          }
        >
          {unreachable}
        </Empty>
      </main>
    );
  }
  return (
    <>
      {operator ? <Operator /> : <Dashboard />}
      <Toasts />
    </>
  );
}

startLive();
render(
  <LocationProvider>
    <App />
  </LocationProvider>,
  document.getElementById('app')!,
);
