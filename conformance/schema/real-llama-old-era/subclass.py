from transformers import LlamaForCausalLM


class YieldingLlama(LlamaForCausalLM):
    def sample(self):
        yield 1
