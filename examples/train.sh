#!/bin/sh
# A stand-in for a training script: says which GPUs it was given, and ends with the exit code it was told.
#
#   train.sh [--seed N] [--seconds N] [--exit CODE]        TRAIN_EXIT=CODE does the same as --exit
set -eu

seed=0
seconds=0
code=${TRAIN_EXIT:-0}
while [ $# -gt 0 ]; do
    case $1 in
        --seed | --seconds | --exit)
            if [ $# -lt 2 ]; then
                echo "train.sh: $1 needs a value" >&2
                exit 64
            fi
            case $1 in
                --seed) seed=$2 ;;
                --seconds) seconds=$2 ;;
                --exit) code=$2 ;;
            esac
            shift 2
            ;;
        *)
            echo "train.sh: unknown argument '$1'" >&2
            exit 64
            ;;
    esac
done

echo "training on GPUs ${CUDA_VISIBLE_DEVICES:-none} (reservation ${GPUOPS_RESERVATION_ID:-none}), seed $seed"
for name in NVIDIA_VISIBLE_DEVICES HIP_VISIBLE_DEVICES ROCR_VISIBLE_DEVICES; do
    eval "value=\${$name:-}"
    if [ -n "$value" ]; then
        echo "  $name=$value"
    fi
done

sleep "$seconds"
echo "done"
exit "$code"
