namespace GpuOps.Schedulers.Queue.Store;

/// <summary>A job as the queue's store has it.</summary>
public sealed record StoredJob
{
    /// <summary>Its number, from 1; never given twice.</summary>
    public required long Id { get; init; }

    /// <summary>What was asked for, without the variables, which are kept apart.</summary>
    public required GpuJobRequest Request { get; init; }

    /// <summary>Whose it is.</summary>
    public required string User { get; init; }

    /// <summary>What it is doing.</summary>
    public GpuJobState State { get; init; }

    /// <summary>How it ended, in words; empty while it does not say more than the state.</summary>
    public string Reason { get; init; } = "";

    /// <summary>The exit code of its last start.</summary>
    public int? ExitCode { get; init; }

    /// <summary>The signal that ended its last start.</summary>
    public int? Signal { get; init; }

    /// <summary>The GPUs of its last start, ascending.</summary>
    public IReadOnlyList<int> Gpus { get; init; } = [];

    /// <summary>When it was submitted (UTC).</summary>
    public DateTimeOffset Submitted { get; init; }

    /// <summary>When its program was started last (UTC).</summary>
    public DateTimeOffset? Started { get; init; }

    /// <summary>When it was over (UTC).</summary>
    public DateTimeOffset? Ended { get; init; }

    /// <summary>The higher goes first.</summary>
    public int Priority { get; init; }

    /// <summary>Whether it is kept from starting.</summary>
    public bool IsHeld { get; init; }

    /// <summary>Whether somebody asked to end it while it ran.</summary>
    public bool IsCancelling { get; init; }

    /// <summary>How often it was started; the number of its last start.</summary>
    public int Starts { get; init; }

    /// <summary>The jobs it still waits for.</summary>
    public IReadOnlyList<long> WaitsFor { get; init; } = [];

    /// <summary>The id of its last start: <c>17.1</c>.</summary>
    public string StartId => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Id}.{Starts}");

    /// <summary>Whether it is over.</summary>
    public bool IsFinished => GpuJobStates.IsFinal(State);

    /// <summary>Whether it could start now, were there GPUs or CPUs.</summary>
    public bool IsReady => State == GpuJobState.Queued && !IsHeld && WaitsFor.Count == 0;
}
