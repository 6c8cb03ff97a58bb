"""A TCP proxy of the tests' own: cuts, stalls, delays and half-closes what runs through it. Knows no protocol."""

import asyncio
import threading


class Proxy:
    """Listens on `own_port`, or a free local port, and passes everything on to `target_port`, until told otherwise.

    `cut()` resets what runs and refuses what comes; `stall()` keeps connections open and passes nothing, as a dead
    switch does; `delay` is added to each direction in seconds; `half_close()` ends the server's side only. `heal()`
    undoes cut and stall.
    """

    def __init__(self, target_port: int, own_port: int = 0) -> None:
        self._target = target_port
        self._own = own_port
        self._open = True
        self.delay = 0.0
        self.connections = 0
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop = asyncio.new_event_loop()
        self._flowing = asyncio.Event()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="proxy", daemon=True)
        self._thread.start()
        assert self._ready.wait(30)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def cut(self) -> None:
        self._open = False
        self._call(self._reset)

    def stall(self) -> None:
        self._call(self._flowing.clear)

    def half_close(self) -> None:
        self._call(lambda: [writer.write_eof() for writer in self._writers if writer.can_write_eof()])

    def heal(self) -> None:
        self._open = True
        self._call(self._flowing.set)

    def close(self) -> None:
        self._call(self._reset)
        self._call(self._loop.stop)
        self._thread.join(30)
        assert not self._thread.is_alive()
        self._loop.close()

    def __enter__(self) -> "Proxy":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _call(self, action) -> None:
        """Do it in the proxy's thread, and be sure that it is done: what a test does next must not slip through."""
        done = threading.Event()
        self._loop.call_soon_threadsafe(lambda: (action(), done.set()))
        assert done.wait(30)

    def _reset(self) -> None:
        for writer in self._writers:
            writer.transport.abort()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._accept, "127.0.0.1", self._own))
        self.port = server.sockets[0].getsockname()[1]
        self._flowing.set()
        self._ready.set()
        self._loop.run_forever()
        self._open = False
        server.close()
        self._loop.run_until_complete(asyncio.sleep(0.05))  # who came at the last moment is turned away, not forgotten
        tasks = asyncio.all_tasks(self._loop)
        for task in tasks:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self._reset()
        self._loop.run_until_complete(asyncio.sleep(0.01))  # closed transports let go of their sockets a turn later

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Known before its task begins: one that is cancelled before it began runs none of its own clean-up."""
        self.connections += 1
        self._writers.add(writer)
        self._tasks.add(task := self._loop.create_task(self._carry(reader, writer)))
        task.add_done_callback(self._tasks.discard)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ends = [writer]
        try:
            if self._open:
                far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)
                ends.append(far_writer)
                self._writers.add(far_writer)
                ways = self._pass(reader, far_writer), self._pass(far_reader, writer)
                await asyncio.gather(*ways, return_exceptions=True)
                for end in ends:
                    end.close()
        except OSError:
            pass
        finally:  # they stay known: one that still has something to send is closed by the last reset only
            for end in ends:
                if not end.is_closing():
                    end.transport.abort()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65536):
                await asyncio.sleep(self.delay)
                await self._flowing.wait()
                writer.write(data)
                await writer.drain()
            await self._flowing.wait()
            writer.write_eof()
        except OSError:  # one end was reset: the other is told as much
            await self._flowing.wait()
            writer.transport.abort()
