using GpuOps.Errors;
using GpuOps.Timing;

namespace GpuOps.Schedulers.Slurm;

/// <summary>Asks a cluster again and again. One that does not answer for a while is asked again as if nothing were.</summary>
/// <param name="Interval">How long after an answer it is asked again.</param>
/// <param name="Timeout">How long at most; null for ever.</param>
public sealed record SlurmPoll(TimeSpan Interval, TimeSpan? Timeout = null)
{
    /// <summary>Asks until an answer is enough.</summary>
    /// <param name="ask">Asks the cluster.</param>
    /// <param name="isEnough">Told each answer; says whether it is the last.</param>
    /// <param name="away">Told each time that there is no answer, and why.</param>
    /// <param name="late">The error when the time is up; null where there is no limit.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="GpuOpsException">The one of <paramref name="late"/>, or an error that will not pass by waiting.</exception>
    internal async Task RunAsync<T>(
        Func<CancellationToken, Task<T>> ask, Func<T, bool> isEnough, Action<GpuOpsException> away, Func<Exception, GpuOpsException>? late, TimeProvider time, CancellationToken cancellationToken)
    {
        using var limit = new Deadline(Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            while (true)
            {
                try
                {
                    if (isEnough(await ask(either.Token)))
                        return;
                }
                catch (GpuOpsException fault) when (fault.Kind is GpuOpsErrorKind.Unreachable or GpuOpsErrorKind.Lost)
                {
                    away(fault);
                }

                await Task.Delay(Interval, time, either.Token);
            }
        }
        catch (OperationCanceledException fault) when (limit.IsOver && !cancellationToken.IsCancellationRequested)
        {
            throw late!(fault);
        }
    }
}
