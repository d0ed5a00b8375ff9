import type { ChatMessage } from '../types.ts';
import type { EnvAccess } from './input.ts';

/** `${env:NAME}` or `${env:NAME:default}`. It stays in the sample; the value is put in only when a model is called. */
const ENV = /\$\{env:([^}:]*)(?::([^}]*))?\}/g;

/** Why these messages may not be run, or null. */
export function refuseEnv(messages: ChatMessage[], env: EnvAccess): string | null {
  for (const message of messages) {
    for (const [, name = '', fallback] of message.content.matchAll(ENV)) {
      if (!env.has(name))
        return `\${env:${name}} is refused: list ${JSON.stringify(name)} under "env" in the config to allow it`;
      if (env.get(name) === undefined && fallback === undefined)
        return `\${env:${name}}: the environment variable is not set, and the prompt gives no default`;
    }
  }
  return null;
}

/**
 * The messages with every `${env:NAME}` replaced. For the moment of the call only: the result must not be stored.
 * `lookup` knows the names that the config lists. Throws an Error that names a variable without value and default.
 */
export function resolveEnv(messages: ChatMessage[], lookup: (name: string) => string | undefined): ChatMessage[] {
  return messages.map((message) => ({
    role: message.role,
    content: message.content.replace(ENV, (_all, name: string, fallback: string | undefined) => {
      const value = lookup(name) ?? fallback;
      if (value === undefined) throw new Error(`the environment variable ${name} is not set`);
      return value;
    }),
  }));
}
