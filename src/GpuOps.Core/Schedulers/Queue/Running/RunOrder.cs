using GpuOps.Pools;

namespace GpuOps.Schedulers.Queue.Running;

/// <summary>One start of a job, as the supervisor gets it. Sending it twice has the effect of sending it once: the id decides.</summary>
public sealed record RunOrder
{
    /// <summary>The job and the number of the start: <c>17.1</c>. Digits and one dot; the start's folder follows from it.</summary>
    public required string Id { get; init; }

    /// <summary>The program and its arguments, byte for byte.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>All of its environment.</summary>
    public required IReadOnlyDictionary<string, string> Variables { get; init; }

    /// <summary>The folder it runs in, absolute.</summary>
    public required string WorkFolder { get; init; }

    /// <summary>The file its output is added to, absolute.</summary>
    public required string OutputPath { get; init; }

    /// <summary>The file its errors are added to; the same as <see cref="OutputPath"/> merges both in the order they are written.</summary>
    public required string ErrorPath { get; init; }

    /// <summary>How long it may run; null without a limit.</summary>
    public TimeSpan? TimeLimit { get; init; }

    /// <summary>How long it has to end by itself when it is to end.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Its GPUs, which the supervisor keeps for it and gives back when nothing of it is left; null for none.</summary>
    public GpuReservation? Reservation { get; init; }
}
