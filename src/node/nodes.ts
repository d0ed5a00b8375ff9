import type { EvaluatorConfig, ModelConfig } from '../core/config.ts';
import { createBiEncoderNode } from './evaluators/bi-encoder.ts';
import { createLexicalNode } from './evaluators/lexical.ts';
import type { NodeContext } from './node-context.ts';
import type { EvaluatorNode, ModelNode } from './ports.ts';
import { createEditorNode } from './providers/editor.ts';
import { createOnnxNode } from './providers/onnx.ts';
import { createOpenAiNode } from './providers/openai.ts';
import { createRecordedNode } from './providers/recorded.ts';

export type { NodeContext } from './node-context.ts';

/**
 * The model that a config describes; nothing is started or read before its `load`.
 *
 * @param concurrency requests at a time to one endpoint, where the model does not say its own number
 */
export function createModelNode(config: ModelConfig, context: NodeContext, concurrency: number): ModelNode {
  switch (config.provider) {
    case 'onnx':
      return createOnnxNode(config, context);
    case 'openai':
      return createOpenAiNode(config, { ...context, concurrency });
    case 'recorded':
      return createRecordedNode(config, context);
    case 'vscode-lm':
      return createEditorNode(config, context.editorModels);
  }
}

/** The evaluator that a config describes; nothing is started or read before its `load`. */
export function createEvaluatorNode(config: EvaluatorConfig, context: NodeContext): EvaluatorNode {
  switch (config.kind) {
    case 'bi-encoder':
      return createBiEncoderNode(config, context);
    case 'lexical':
      return createLexicalNode(config);
  }
}
