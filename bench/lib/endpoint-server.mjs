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
  const common = { id: 'chatcmpl-1', created: 0, model: 'mock' };
  if (!streamed) {
    response.setHeader('content-type', 'application/json');
    const choices = [{ index: 0, message: { role: 'assistant', content: ANSWER }, finish_reason: 'stop' }];
    response.end(JSON.stringify({ ...common, object: 'chat.completion', choices, usage: USAGE }));
    return;
  }
  response.setHeader('content-type', 'text/event-stream');
  const event = (rest) => `data: ${JSON.stringify({ ...common, object: 'chat.completion.chunk', ...rest })}\n\n`;
  const choice = (delta, finish_reason = null) => ({ choices: [{ index: 0, delta, finish_reason }] });
  response.write(event(choice({ role: 'assistant', content: '' })));
  for (const word of ANSWER.split(/(?= )/)) response.write(event(choice({ content: word })));
  response.write(event(choice({}, 'stop')));
  response.end(`${event({ choices: [], usage: USAGE })}data: [DONE]\n\n`);
}

server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
process.on('disconnect', () => process.exit(0));
