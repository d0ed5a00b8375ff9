/**
 * Checks that the exported language models behave in transformers.js: they load, stop at the end
 * token, take a system message, and give the same texts in a left-padded batch as one by one.
 *
 *   node models/training/check.mjs models
 */
import assert from "node:assert/strict";
import { resolve } from "node:path";
import { env, pipeline } from "@huggingface/transformers";

env.allowRemoteModels = false;
env.localModelPath = `${resolve(process.argv[2] ?? "models")}/`;

const READER = "Answer the question with a short phrase from the text.\n\n";
const PROMPTS = [
  `${READER}Text: Alova Hartwood is a baker and lives in Swanbridge.\n\nQuestion: Where does Alova Hartwood live?`,
  `${READER}Text: Alova Hartwood found a rare kite behind the school. In 1998 Cedric Oakley moved from Foxby to Larkham. He has a dog called Niblet.\n\nQuestion: What did Hartwood find?`,
  "Summarise the article in one sentence.\n\nArticle: Last week, Renian Dunwell built a blue whistle in Mossmouth. About 42 people came to watch.",
];
const NEW_TOKENS = 48;

const ask = (prompt, system) => [...(system ? [{ role: "system", content: system }] : []), { role: "user", content: prompt }];
const answer = (result) => result[0].generated_text.at(-1).content;

/** A left-padded batch; a finished row goes on until all have ended, so each is cut at its first end token. */
async function batch({ tokenizer, model }, chats) {
  const texts = chats.map((chat) => tokenizer.apply_chat_template(chat, { tokenize: false, add_generation_prompt: true }));
  const inputs = tokenizer(texts, { add_special_tokens: false, padding: true });
  const output = await model.generate({ ...inputs, max_new_tokens: NEW_TOKENS, do_sample: false });
  const [end] = [model.generation_config.eos_token_id].flat();
  return output.tolist().map((row) => {
    const fresh = row.slice(inputs.input_ids.dims[1]).map(Number);
    const ended = fresh.indexOf(end);
    return tokenizer.decode(ended < 0 ? fresh : fresh.slice(0, ended));
  });
}

for (const id of ["small", "medium", "large"]) {
  const generate = await pipeline("text-generation", id, { device: "cpu", dtype: "fp32" });
  const settings = { max_new_tokens: NEW_TOKENS, do_sample: false };
  const alone = [];
  // The pipeline cuts the prompt's text off, so the space between prompt and answer stays with its answers.
  for (const prompt of PROMPTS) alone.push(answer(await generate(ask(prompt), settings)).trimStart());
  const together = await batch(generate, PROMPTS.map((prompt) => ask(prompt)));
  assert.deepEqual(together, alone, `${id}: left padding changes the texts`);
  for (const text of alone) {
    const tokens = generate.tokenizer.encode(text, { add_special_tokens: false });
    assert.ok(tokens.length < NEW_TOKENS, `${id} did not stop`);
  }
  const advised = answer(await generate(ask(PROMPTS[0], "Answer briefly."), settings));
  console.log(id, [...alone, advised]);
}
