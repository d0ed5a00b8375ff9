"""The prompt format of the bundled language models, shared by training, export and evaluation."""

BOS, EOS, PAD = "<s>", "</s>", "<pad>"
SYSTEM, USER, ASSISTANT = "<|system|>", "<|user|>", "<|assistant|>"
SPECIAL_TOKENS = [PAD, BOS, EOS, SYSTEM, USER, ASSISTANT]

TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}"
    "{{ '<|' + message['role'] + '|>' + message['content'] }}"
    "{% if message['role'] == 'assistant' %}{{ eos_token }}{% endif %}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}"
)


def render(sample):
    """A sample's prompt as the template renders it, up to where the answer begins."""
    system = SYSTEM + sample.system if sample.system else ""
    return f"{BOS}{system}{USER}{sample.prompt}{ASSISTANT}"
