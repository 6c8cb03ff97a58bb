// Where a module stands that a page imports by its address. Run by Node for every import of a test.

const FOLDERS = {
  "/console/web/": "../../../server/console/web/",
  "/web/": "../../../kiosk/web/",
  "/assets/": "../../../caller/web/",
  "/shared/": "../../../server/protocol/web/",
};
const PLAYED = { "socket.io-client": "./played_socket.js" }; // a socket that the test speaks for

export function resolve(specifier, context, next) {
  if (specifier in PLAYED) return next(new URL(PLAYED[specifier], import.meta.url).href, context);
  const address = Object.keys(FOLDERS).find((start) => specifier.startsWith(start));
  if (address === undefined) return next(specifier, context);
  return next(new URL(FOLDERS[address] + specifier.slice(address.length), import.meta.url).href, context);
}
