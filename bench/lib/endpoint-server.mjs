import { createServer } from 'node:http';
import { quantile } from './measure.mjs';

/**
 * An OpenAI-compatible endpoint on 127.0.0.1 that answers every chat completion after 50 ms, streamed if asked to. It
 * measures itself: from a request's last byte received to its answer's last byte handed to the system.
 * `GET /times` tells count and p50 since the last `GET /times`.
 */
const DELAY_MS = 50;
const ANSWER = 'The lighthouse keeper counts forty ships before breakfast.';
const USAGE = { prompt_tokens: 24, completion_tokens: 11, total_tokens: 35 };

// Made once, and sent in few pieces: a server that is busy with itself would be measured by nobody.
const common = { id: 'chatcmpl-1', created: 0, model: 'mock' };
const choice = (rest) => ({ ...common, choices: [{ index: 0, finish_reason: null, ...rest }] });
const event = (value) => `data: ${JSON.stringify({ ...value, object: 'chat.completion.chunk' })}\n\n`;
const [firstWord, ...words] = ANSWER.split(/(?= )/);
const WHOLE = JSON.stringify({
  ...choice({ message: { role: 'assistant', content: ANSWER }, finish_reason: 'stop' }),
  object: 'chat.completion',
  usage: USAGE,
});
const FIRST_EVENTS = event(choice({ delta: { role: 'assistant', content: firstWord } }));
const OTHER_EVENTS = [
  ...words.map((word) => event(choice({ delta: { content: word } }))),
  event(choice({ delta: {}, finish_reason: 'stop' })),
  event({ ...common, choices: [], usage: USAGE }),
  'data: [DONE]\n\n',
].join('');

let times = [];

const server = createServer((request, response) => {
  if (request.url === '/times') {
    response.end(JSON.stringify({ count: times.length, p50: times.length > 0 ? quantile(times, 0.5) : null }));
    times = [];
    return;
  }
  let body = '';
  request.setEncoding('utf8').on('data', (text) => {
    body += text;
  });
  request.on('end', () => {
    const start = performance.now();
    const streamed = JSON.parse(body).stream === true;
    response.on('finish', () => times.push(performance.now() - start));
    setTimeout(() => answer(response, streamed), DELAY_MS);
  });
});

function answer(response, streamed) {
  response.setHeader('content-type', streamed ? 'text/event-stream' : 'application/json');
  if (!streamed) return response.end(WHOLE);
  response.write(FIRST_EVENTS);
  response.end(OTHER_EVENTS);
}

server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
process.on('disconnect', () => process.exit(0));
