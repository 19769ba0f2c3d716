using GpuOps.Processes;

namespace GpuOps.Schedulers.Queue.Running;

/// <summary>What came of an attempt to start.</summary>
/// <param name="State">How the start stands.</param>
/// <param name="Record">What is kept of it.</param>
internal sealed record RunBeginning(SupervisedRun State, StartRecord Record)
{
    /// <summary>How the program will have ended; null when there is none, or when it is not this process's child.</summary>
    public Task<ChildEnd>? Program { get; init; }

    /// <summary>Finds its processes; null when there are none.</summary>
    public RunProcesses? Processes { get; init; }

    /// <summary>Whether there is a folder to write its end to.</summary>
    public bool HasFolder { get; init; } = true;
}
