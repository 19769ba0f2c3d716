using System.Globalization;

namespace GpuOps.Schedulers.Slurm;

/// <summary>
/// How a job ended. Slurm also prints code 0 for one that a signal ended, that was cancelled or that lost its node; it is
/// null there, since 0 would look like success.
/// </summary>
internal readonly record struct SlurmExit(int? Code, int? Signal)
{
    /// <summary>Reads <c>code:signal</c> of sacct and scontrol, or the wait status that squeue prints: code × 256, or a signal.</summary>
    /// <param name="text">What Slurm printed.</param>
    /// <param name="state">A job that is not over has no exit code, though Slurm prints 0.</param>
    public static SlurmExit Read(ReadOnlySpan<char> text, SlurmJobState state)
    {
        if (!SlurmJobStates.IsFinal(state)) return default;
        var colon = text.IndexOf(':');
        if (!TryNumber(colon < 0 ? text : text[..colon], out var code)) return default;

        var signal = 0;
        if (colon < 0) (code, signal) = (code & 0x7f) is var ended and not 0 ? (0, ended) : (code >> 8, 0);
        else if (!TryNumber(text[(colon + 1)..], out signal)) return default;
        return new(code == 0 && (signal != 0 || state != SlurmJobState.Completed) ? null : code, signal == 0 ? null : signal);
    }

    private static bool TryNumber(ReadOnlySpan<char> text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
