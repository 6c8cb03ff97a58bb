// A socket without a network: the test says what arrives. `sockets` holds every one that a page opened.

import { EventEmitter } from "node:events";

export const sockets = [];

class PlayedSocket extends EventEmitter {
  connected = true;
  io = new EventEmitter();

  disconnect() {
    this.connected = false;
  }
}

export function io(namespace, options) {
  const socket = Object.assign(new PlayedSocket(), { namespace, options });
  sockets.push(socket);
  return socket;
}
