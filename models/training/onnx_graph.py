"""A thin layer over onnx.helper for writing graphs whose weights are int8 on disk and fp32 at work.

A matrix is stored as int8 with one fp32 scale a row and restored by Cast and Mul. onnxruntime folds
those two nodes when it loads the file, so nothing is quantised at run time and the results do not
depend on the batch.
"""

import hashlib
from pathlib import Path

import numpy as np
from onnx import TensorProto, helper, numpy_helper

OPSET = 17
IR_VERSION = 8
FLOAT, INT64, BOOL = TensorProto.FLOAT, TensorProto.INT64, TensorProto.BOOL


def quantise(matrix, axis):
    """Symmetric int8 with a scale for every slice along `axis` (the axis that keeps its own scale)."""
    others = tuple(index for index in range(matrix.ndim) if index != axis)
    scale = np.maximum(np.abs(matrix).max(others, keepdims=True) / 127, 1e-12).astype(np.float32)
    return np.rint(matrix / scale).astype(np.int8), scale


class Graph:
    """Collects inputs, outputs, constants and nodes; every method returns a tensor's name."""

    def __init__(self, name):
        self.name = name
        self.nodes, self.constants, self.inputs, self.outputs = [], {}, [], []

    def input(self, name, kind, shape):
        self.inputs.append(helper.make_tensor_value_info(name, kind, shape))
        return name

    def output(self, name, kind, shape):
        self.outputs.append(helper.make_tensor_value_info(name, kind, shape))

    def constant(self, values, name=None):
        """A constant; equal anonymous ones are stored once."""
        array = np.asarray(values, order="C")
        name = name or f"const_{array.dtype}_{array.ndim}_{hashlib.sha1(array.tobytes() + str(array.shape).encode()).hexdigest()[:10]}"
        self.constants.setdefault(name, numpy_helper.from_array(array, name))
        return name

    def integers(self, *values):
        return self.constant(np.array(values, np.int64))

    def scalar(self, value, dtype=np.float32):
        return self.constant(np.array(value, dtype))

    def node(self, operator, *inputs, outputs=None, **attributes):
        outputs = outputs or [f"{operator}_{len(self.nodes)}"]
        self.nodes.append(helper.make_node(operator, inputs, outputs, f"{operator}_{len(self.nodes)}", **attributes))
        return outputs[0]

    def int8_matrix(self, values, name, axis):
        """An fp32 matrix that is kept as int8 in the file."""
        small, scale = quantise(np.asarray(values, np.float32), axis)
        cast = self.node("Cast", self.constant(small, name + ".int8"), to=FLOAT)
        return self.node("Mul", cast, self.constant(scale, name + ".scale"))

    def half_matrix(self, values, name):
        """An fp32 matrix that is kept as fp16 in the file."""
        return self.node("Cast", self.constant(np.asarray(values, np.float16), name + ".fp16"), to=FLOAT)

    def save(self, path, producer):
        graph = helper.make_graph(self.nodes, self.name, self.inputs, self.outputs, list(self.constants.values()))
        model = helper.make_model(graph, ir_version=IR_VERSION, producer_name=producer, opset_imports=[helper.make_opsetid("", OPSET)])
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_bytes(model.SerializeToString())
