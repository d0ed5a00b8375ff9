import type { PreTrainedTokenizer } from '@huggingface/transformers';

/**
 * A text's token ids, without the padding that some tokenizers add by themselves.
 *
 * @param specialTokens whether the tokenizer adds its own (begin, end); false for text that holds them already
 */
export function encodeText(tokenizer: PreTrainedTokenizer, text: string, specialTokens: boolean): number[] {
  const { input_ids, attention_mask } = tokenizer(text, {
    return_tensor: false,
    add_special_tokens: specialTokens,
  }) as unknown as { input_ids: (number | undefined)[]; attention_mask: number[] };
  return input_ids
    .filter((_, i) => attention_mask[i] !== 0)
    .map((id) => {
      if (id !== undefined) return id;
      throw new Error("the model's tokenizer has no token for a part of the text, and none for what is unknown");
    });
}
