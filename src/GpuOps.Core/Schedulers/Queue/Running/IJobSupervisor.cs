using GpuOps.Pools;

namespace GpuOps.Schedulers.Queue.Running;

/// <summary>What the jobs' processes are children of, as the service sees it. It outlives the service.</summary>
public interface IJobSupervisor : IAsyncDisposable
{
    /// <summary>The supervisor's process, which holds the reservations of jobs; null where the system cannot say.</summary>
    ProcessIdentity? Process { get; }

    /// <summary>
    /// Starts a program, unless a start of that id is known: then it is answered with what became of that. A program
    /// that cannot be started is no error but a start with a <see cref="SupervisedRun.Fault"/>.
    /// </summary>
    /// <param name="order">What to start.</param>
    /// <param name="cancellationToken">Ends the wait; the program may then have been started.</param>
    /// <exception cref="Errors.GpuOpsException"><c>InvalidRunOrder</c>, or <c>SupervisorGone</c>.</exception>
    Task<SupervisedRun> StartAsync(RunOrder order, CancellationToken cancellationToken);

    /// <summary>
    /// Begins to end a start: SIGINT (SIGTERM to what ignores that), a grace period, SIGKILL to all it started. An
    /// unknown id is ignored.
    /// </summary>
    /// <param name="id">The start.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task StopAsync(string id, CancellationToken cancellationToken);

    /// <summary>Sends a signal to the program's process group. An unknown id is ignored.</summary>
    /// <param name="id">The start.</param>
    /// <param name="signal">The signal's number.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task SignalAsync(string id, int signal, CancellationToken cancellationToken);

    /// <summary>
    /// Forgets a start that has ended and was taken note of; one that has not ended is not forgotten. Until then it is
    /// listed, by this supervisor and by those after it.
    /// </summary>
    /// <param name="id">The start.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task ForgetAsync(string id, CancellationToken cancellationToken);

    /// <summary>All starts that are known: what is not among them, and was not started since, this supervisor knows nothing of.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="Errors.GpuOpsException"><c>SupervisorGone</c>.</exception>
    Task<IReadOnlyList<SupervisedRun>> ListAsync(CancellationToken cancellationToken);

    /// <summary>All starts that are known, then each that changes, until the supervisor goes away: then it throws.</summary>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="Errors.GpuOpsException"><c>SupervisorGone</c>.</exception>
    IAsyncEnumerable<SupervisedRun> WatchAsync(CancellationToken cancellationToken);
}
