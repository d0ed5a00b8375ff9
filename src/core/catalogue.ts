/**
 * The models and evaluators of the cost-aware Proof of Quality paper, by their ids on the Hugging Face hub. Nothing is
 * downloaded because it stands here: the user sees size and licence first.
 *
 * Licences, parameters and sizes are for orientation, from what the models' cards are known to say; none was measured or
 * looked up by this product. The hub's own page of a model is what counts, and is what a download shows first.
 */
export interface CatalogueEntry {
  role: 'model' | 'bi-encoder' | 'cross-encoder';
  /** The name that the paper uses. */
  name: string;
  /** The published model. */
  hub: string;
  /** Its ONNX export in the transformers.js layout, to write into the config; null where none is known. */
  onnx: string | null;
  parameters: number;
  licence: string;
  /** Weights of the export, in megabytes (10^6 bytes), and their type. */
  download: { dtype: string; megabytes: number } | null;
  /** Whether it has been run with this product. */
  tried: boolean;
  note: string | null;
}

const NO_EXPORT = 'No ONNX export is known: serve it behind an OpenAI-compatible endpoint, or convert it.';
const LATER = 'Evaluators of kind cross-encoder are not available in this version.';

export const CATALOGUE: readonly CatalogueEntry[] = [
  {
    role: 'model',
    name: 'TinyLlama-1.1B',
    hub: 'TinyLlama/TinyLlama-1.1B-Chat-v1.0',
    onnx: 'Xenova/TinyLlama-1.1B-Chat-v1.0',
    parameters: 1.1e9,
    licence: 'Apache-2.0',
    download: { dtype: 'q8', megabytes: 1100 },
    tried: false,
    note: 'An older export: its weights are called decoder_model_merged, which may not be found.',
  },
  {
    role: 'model',
    name: 'Qwen2-1.5B',
    hub: 'Qwen/Qwen2-1.5B-Instruct',
    onnx: null,
    parameters: 1.54e9,
    licence: 'Apache-2.0',
    download: null,
    tried: false,
    note: `${NO_EXPORT} Its successor has one: onnx-community/Qwen2.5-1.5B-Instruct (q4f16, 1220 MB).`,
  },
  {
    role: 'model',
    name: 'Gemma-2-2B',
    hub: 'google/gemma-2-2b-it',
    onnx: null,
    parameters: 2.61e9,
    licence: "Gemma (Google's terms of use, to be accepted on the hub)",
    download: null,
    tried: false,
    note: NO_EXPORT,
  },
  {
    role: 'model',
    name: 'Phi-3-mini-4k',
    hub: 'microsoft/Phi-3-mini-4k-instruct',
    onnx: 'Xenova/Phi-3-mini-4k-instruct',
    parameters: 3.82e9,
    licence: 'MIT',
    download: { dtype: 'q4', megabytes: 2290 },
    tried: false,
    note: null,
  },
  {
    role: 'model',
    name: 'Llama-3.2-3B',
    hub: 'meta-llama/Llama-3.2-3B-Instruct',
    onnx: 'onnx-community/Llama-3.2-3B-Instruct',
    parameters: 3.21e9,
    licence: "Llama 3.2 (Meta's community licence, to be accepted on the hub)",
    download: null,
    tried: false,
    note: 'onnx-community/Llama-3.2-3B-Instruct-ONNX is laid out for another runtime (onnxruntime-genai).',
  },
  {
    role: 'bi-encoder',
    name: 'STS-DistilRoBERTa',
    hub: 'sentence-transformers/stsb-distilroberta-base-v2',
    onnx: 'sentence-transformers/stsb-distilroberta-base-v2',
    parameters: 82e6,
    licence: 'Apache-2.0',
    download: null,
    tried: false,
    note: 'Not to be confused with cross-encoder/stsb-distilroberta-base, which is a cross-encoder.',
  },
  {
    role: 'cross-encoder',
    name: 'CE-MiniLM',
    hub: 'cross-encoder/ms-marco-MiniLM-L-6-v2',
    onnx: 'Xenova/ms-marco-MiniLM-L-6-v2',
    parameters: 22.7e6,
    licence: 'Apache-2.0',
    download: null,
    tried: false,
    note: LATER,
  },
  {
    role: 'cross-encoder',
    name: 'CE-DeBERTa',
    hub: 'cross-encoder/nli-deberta-v3-base',
    onnx: 'Xenova/nli-deberta-v3-base',
    parameters: 184e6,
    licence: 'Apache-2.0',
    download: { dtype: 'q8', megabytes: 244 },
    tried: false,
    note: LATER,
  },
];
