import { LanguageModelChatMessage } from 'vscode';
import type { ChatMessage } from '../../core/types.ts';

/**
 * Messages as the editor's interface takes them. It knows no system role: instructions of the system become one message
 * of the user, placed first.
 */
export function editorMessages(messages: readonly ChatMessage[]): LanguageModelChatMessage[] {
  const system = messages.filter(({ role }) => role === 'system').map(({ content }) => content);
  const others = messages.filter(({ role }) => role !== 'system');
  return [
    ...(system.length > 0 ? [LanguageModelChatMessage.User(system.join('\n\n'))] : []),
    ...others.map(({ role, content }) =>
      role === 'assistant' ? LanguageModelChatMessage.Assistant(content) : LanguageModelChatMessage.User(content),
    ),
  ];
}
