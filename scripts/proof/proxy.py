"""A TCP proxy that fails as networks do: it cuts, delays, truncates, swallows, and keeps connections half open."""

import asyncio
import threading


class Proxy:
    """Listens on a port and forwards to another one. Modes hold for each direction: "up" is towards the server."""

    def __init__(self, target):
        self.target = target
        self.port = None
        self.delay = {"up": 0.0, "down": 0.0}
        self.swallows = {"up": False, "down": False}
        self.truncates = False
        self.refuses = False
        self.connections = set()
        self.loop = asyncio.new_event_loop()
        ready = threading.Event()
        threading.Thread(target=self._run, args=(ready,), daemon=True).start()
        ready.wait(10)

    def _run(self, ready):
        asyncio.set_event_loop(self.loop)
        server = self.loop.run_until_complete(asyncio.start_server(self._accept, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        self.loop.run_forever()

    async def _accept(self, reader, writer):
        if self.refuses:
            writer.transport.abort()
            return
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.transport.abort()
            return
        pair = (writer, far_writer)
        self.connections.add(pair)
        await asyncio.gather(
            self._pump("up", reader, far_writer, pair), self._pump("down", far_reader, writer, pair))
        self.connections.discard(pair)

    async def _pump(self, direction, reader, writer, pair):
        try:
            while data := await reader.read(65_536):
                if self.delay[direction]:
                    await asyncio.sleep(self.delay[direction])
                if self.swallows[direction]:
                    # What is lost in between is never sent again: the connection is of no more use, and does not know.
                    continue
                if self.truncates and len(data) > 1:
                    writer.write(data[: len(data) // 2])
                    await writer.drain()
                    break
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        self._abort(pair)

    @staticmethod
    def _abort(pair):
        for writer in pair:
            writer.transport.abort()

    def cut(self):
        """Ends all connections."""
        self.loop.call_soon_threadsafe(lambda: [self._abort(pair) for pair in list(self.connections)])

    def heal(self):
        """Forwards everything again; what went through a swallowing connection is cut, as it is torn."""
        tears = any(self.swallows.values())
        self.delay = {"up": 0.0, "down": 0.0}
        self.swallows = {"up": False, "down": False}
        self.truncates = self.refuses = False
        if tears:
            self.cut()
