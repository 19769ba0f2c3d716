using GpuOps.Errors;
using GpuOps.Pools.Reservations;

namespace GpuOps.Schedulers.Queue.Running;

/// <summary>Finds the supervisor of a state folder, or starts one, which lives on when this process ends.</summary>
/// <param name="program">The path of <c>gpuops-server</c>.</param>
/// <param name="options">What it is started with.</param>
public sealed class SupervisorStarter(string program, SupervisorOptions options)
{
    private const int Terminate = 15;

    /// <summary>Tells the supervisor to end, which it does where no job runs.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task EndAsync(CancellationToken cancellationToken)
    {
        await using var client = await JobSupervisorClient.FindAsync(options.Folder, cancellationToken);
        if (client?.Process is { } process)
        {
            _ = LocalProcesses.Signal(process.ProcessId, Terminate);
        }
    }

    /// <summary>Connects to the supervisor, and starts it where there is none.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="GpuOpsException"><c>SupervisorNotStarted</c>, with what it said.</exception>
    public async Task<JobSupervisorClient> ConnectAsync(CancellationToken cancellationToken)
    {
        if (await JobSupervisorClient.FindAsync(options.Folder, cancellationToken) is { } running)
        {
            return running;
        }

        var complaint = await DetachedProgram.CallAsync(
            program, [.. options.Arguments, "--detach"], cancellationToken);
        return await JobSupervisorClient.FindAsync(options.Folder, cancellationToken)
            ?? throw new GpuOpsException("SupervisorNotStarted", GpuOpsErrorKind.Unreachable,
                $"The supervisor of jobs could not be started ({program} supervise): {complaint}", options.Folder);
    }
}
