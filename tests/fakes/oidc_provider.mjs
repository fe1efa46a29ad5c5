// A real OpenID provider (npm oidc-provider) for tests, over TLS on loopback:
//   node oidc_provider.mjs FOLDER PORT CERT KEY
// FOLDER holds node_modules. Whoever comes is logged in as "anna", and agrees: POST /control?deny=1
// makes them refuse, /control?later=SECONDS moves the provider's clock.
import { createServer } from 'node:https';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [folder, port, cert, key] = process.argv.slice(2);
const library = join(folder, 'node_modules', 'oidc-provider', 'lib', 'index.js');
const { Provider } = await import(pathToFileURL(library));

const realNow = Date.now;
let later = 0;
Date.now = () => realNow() + later * 1000;
let deny = false;
const MAIL = ['https://mail.google.com/', 'https://outlook.office.com/SMTP.Send',
  'https://outlook.office.com/IMAP.AccessAsUser.All'];
const base = `https://127.0.0.1:${port}/tenant`;
const anna = { accountId: 'anna', claims: () => ({ sub: 'anna' }) };

const provider = new Provider(base, {
  clients: [
    { client_id: 'desktop', client_secret: 'known-to-all', application_type: 'native',
      token_endpoint_auth_method: 'client_secret_post', redirect_uris: ['http://127.0.0.1/'],
      grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'] },
    { client_id: 'device', application_type: 'native', token_endpoint_auth_method: 'none',
      redirect_uris: [], response_types: [],
      grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'] },
    { client_id: 'mail-server', client_secret: 'of-the-server', redirect_uris: [],
      response_types: [], grant_types: [], token_endpoint_auth_method: 'client_secret_basic' },
  ],
  findAccount: () => anna,
  scopes: ['openid', 'profile', 'offline_access', ...MAIL],
  pkce: { required: () => true },
  issueRefreshToken: () => true,
  rotateRefreshToken: () => true,
  cookies: { keys: ['of a test'] },
  ttl: { AccessToken: 3600, AuthorizationCode: 60, DeviceCode: 600, RefreshToken: 7 * 86400,
    Grant: 90 * 86400, IdToken: 3600, Interaction: 600, Session: 600 },
  features: {
    devInteractions: { enabled: false },
    deviceFlow: { enabled: true },
    introspection: { enabled: true },
    revocation: { enabled: true },
  },
  interactions: { url: (_ctx, interaction) => `/tenant/interaction/${interaction.uid}` },
});

provider.use(async (ctx, next) => {
  await next();
  // as Google does for an app in testing
  if (ctx.path.endsWith('/token') && ctx.body?.refresh_token) ctx.body.refresh_token_expires_in = 604799;
});

async function interact(req, res) {
  const { prompt, params } = await provider.interactionDetails(req, res);
  if (deny) return provider.interactionFinished(req, res, { error: 'access_denied' });
  if (prompt.name === 'login') {
    return provider.interactionFinished(req, res, { login: { accountId: 'anna' } });
  }
  const grant = new provider.Grant({ accountId: 'anna', clientId: params.client_id });
  grant.addOIDCScope(params.scope);
  return provider.interactionFinished(req, res, { consent: { grantId: await grant.save() } });
}

const handle = provider.callback();
createServer({ cert: readFileSync(cert), key: readFileSync(key) }, (req, res) => {
  const url = new URL(req.url, base);
  if (url.pathname === '/control') {
    deny = Boolean(url.searchParams.get('deny'));
    later = Number(url.searchParams.get('later') ?? 0);
    return res.end('{}');
  }
  if (url.pathname.startsWith('/tenant/interaction/')) {
    return interact(req, res).catch((error) => { res.statusCode = 500; res.end(String(error)); });
  }
  req.originalUrl = req.url;
  req.url = req.url.replace(/^\/tenant/, '') || '/';
  return handle(req, res);
}).listen(Number(port), '127.0.0.1', () => console.log('listening'));
