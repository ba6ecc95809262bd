import { type OnReadOpts, Socket, type SocketConstructorOpts } from 'node:net';

const BUFFER_BYTES = 256 * 1024;

/** Emitted with what was read; the bytes are overwritten by the next read. */
export const SHARED_CHUNK = 'shared-chunk';

/**
 * A socket that reads everything into one buffer. Node makes a new buffer for each read, and whole collections follow from
 * the garbage. Without a listener for SHARED_CHUNK the bytes are copied for the listeners of `data`, as usual.
 */
export function tappableSocket(): Socket {
  const options: SocketConstructorOpts & { onread: OnReadOpts } = {
    onread: {
      buffer: Buffer.allocUnsafeSlow(BUFFER_BYTES),
      callback: (length, buffer) => {
        const bytes = Buffer.from(buffer.buffer, buffer.byteOffset, length);
        if (!socket.emit(SHARED_CHUNK, bytes)) socket.emit('data', Buffer.from(bytes));
        return true;
      },
    },
  };
  const socket = new Socket(options);
  return socket;
}
