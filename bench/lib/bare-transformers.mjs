import { AutoModelForCausalLM, AutoTokenizer, env } from '@huggingface/transformers';

/**
 * The plainest use of transformers.js: `fork`ed with a model's folder and a number of tokens; answers messages. One thread, as
 * PoQ Lab chooses for small models.
 */
const [path, tokens] = process.argv.slice(2);
env.allowRemoteModels = false;
env.allowLocalModels = true;
const options = { device: 'cpu', dtype: 'fp32', session_options: { intraOpNumThreads: 1, interOpNumThreads: 1 } };
const tokenizer = await AutoTokenizer.from_pretrained(path, options);
const model = await AutoModelForCausalLM.from_pretrained(path, options);

async function answer(messages) {
  const start = performance.now();
  const text = tokenizer.chat_template
    ? tokenizer.apply_chat_template(messages, {
        tokenize: false,
        add_generation_prompt: true,
      })
    : messages.map(({ content }) => content).join('\n');
  const inputs = tokenizer(text, { add_special_tokens: !tokenizer.chat_template });
  const output = await model.generate({ ...inputs, max_new_tokens: Number(tokens), do_sample: false });
  const made = output.tolist()[0].slice(inputs.input_ids.dims[1]);
  const decoded = tokenizer.decode(made, { skip_special_tokens: true });
  return { text: decoded, tokens: made.length, ms: performance.now() - start };
}

await answer([{ role: 'user', content: 'Hello' }]);
process.on('message', async (messages) => process.send(await answer(messages)));
process.on('disconnect', () => process.exit(0));
process.send('ready');
