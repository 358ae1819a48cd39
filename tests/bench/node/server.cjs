// A relay on Node: socket.io on core http, with core http as the client. A subject of the bench:
// `node server.cjs PORT UPSTREAM SECRET`.
const http = require("http");
const jwt = require("jsonwebtoken");
const { Server } = require("socket.io");

const [port, upstream, secret] = process.argv.slice(2);
const server = http.createServer();
const io = new Server(server, { cors: { origin: "*" } });
const agent = new http.Agent({ keepAlive: true, maxSockets: Infinity });

io.use((socket, next) => {
  try {
    jwt.verify(socket.handshake.auth.token, secret, { algorithms: ["HS256"] });
    next();
  } catch (error) {
    next(error);
  }
});

function relay(room, question) {
  const body = { model: "bench", stream: true, messages: [{ role: "user", content: question }] };
  const options = { method: "POST", agent, headers: { "content-type": "application/json" } };
  const request = http.request(upstream + "/chat/completions", options, (response) => {
    let rest = "";
    response.setEncoding("utf8");
    response.on("data", (data) => {
      const events = (rest + data).split("\n\n");
      rest = events.pop();
      for (const event of events) {
        if (!event.startsWith("data: ") || event === "data: [DONE]") continue;
        const text = JSON.parse(event.slice(6)).choices[0]?.delta?.content;
        if (text) io.to(room).emit("token", { t: text });
      }
    });
    response.on("end", () => io.to(room).emit("done", {}));
  });
  request.on("error", (error) => console.error(error.message));
  const text = JSON.stringify(body);
  request.setHeader("content-length", Buffer.byteLength(text));
  request.end(text);
}

io.on("connection", (socket) => {
  socket.on("join", (data, ack) => {
    socket.join(data.room);
    ack({ ok: true });
  });
  socket.on("ask", (data) => relay(data.room, data.q));
});

server.listen(+port, "127.0.0.1", 4096);
