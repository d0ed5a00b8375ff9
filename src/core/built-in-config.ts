import { type Config, configSchema } from './config.ts';

/** What stands in for a config where a folder has none: the bundled models and evaluators, compared with each other. */
export function builtInConfig(): Config {
  return configSchema.parse({
    prompts: ['**/*.prompt.{yml,yaml}', '**/*.prompty', '**/promptfooconfig.{yml,yaml}'],
    models: ['small', 'medium', 'large'].map((name) => ({ id: name, provider: 'onnx', model: `bundled:${name}` })),
    evaluators: [
      { id: 'sts', kind: 'bi-encoder', model: 'bundled:sts', compare: 'auto' },
      { id: 'rougeL', kind: 'lexical', metric: 'rougeL' },
      { id: 'chrf', kind: 'lexical', metric: 'chrf' },
    ],
  });
}
