import { expect, it } from 'vitest';
import { type Config, configSchema } from '../../../src/core/config.ts';
import { createKeys } from '../../../src/host/workspace/secrets.ts';

const config = (...models: object[]): Config =>
  configSchema.parse({ prompts: ['a'], models, evaluators: [{ id: 'e', kind: 'lexical', metric: 'chrf' }] });
const model = (id: string, baseUrl = 'https://api.example.com/v1') =>
  ({ id, provider: 'openai', baseUrl, model: 'm', apiKey: { env: 'KEY' } }) as const;

function setUp() {
  const stored = new Map<string, string>();
  return createKeys({
    get: async (name: string) => stored.get(name),
    store: async (name: string, value: string) => void stored.set(name, value),
    delete: async (name: string) => void stored.delete(name),
  } as never);
}

it('a kept key is that of its origin alone', async () => {
  const keys = setUp();
  const [mine] = config(model('a')).models;
  await keys.set(mine!, 'secret');
  const kept = { origin: 'https://api.example.com', key: 'secret' };
  expect({ ...(await keys.of(config(model('a'), model('b', 'https://evil.example.com/v1')))) }).toEqual({ a: kept });
  await keys.remove(mine!);
  expect({ ...(await keys.of(config(model('a')))) }).toEqual({});
});

it('a model may be called like what every object has, and has no key for that', async () => {
  const keys = setUp();
  const none = await keys.of(config(model('constructor'), model('toString')));
  expect([none.constructor, none.toString]).toEqual([undefined, undefined]);
  await keys.set(config(model('x')).models[0]!, 'secret');
  expect(Object.keys(await keys.of(config(model('constructor'), model('__proto__'))))).toEqual([
    'constructor',
    '__proto__',
  ]);
});
