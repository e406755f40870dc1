"""The process that runs user code. The protocol it speaks is described in ``packages/core/src/wire/worker.ts``."""
