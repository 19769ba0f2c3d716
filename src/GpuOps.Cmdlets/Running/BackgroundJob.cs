using System.Management.Automation;
using GpuOps.Cmdlets.Module;
using GpuOps.Cmdlets.Pipeline;

namespace GpuOps.Cmdlets.Running;

/// <summary>Work that goes on in the background as a PowerShell job.</summary>
public abstract class BackgroundJob : Job
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ManualResetEventSlim _ended = new();
    private readonly Guid _owner;

    private protected BackgroundJob(string command, string? name, Guid owner)
        : base(command, name)
    {
        _owner = owner;
        PSJobTypeName = GetType().Name;
    }

    /// <inheritdoc/>
    public override bool HasMoreData =>
        Output.Count + Error.Count + Warning.Count + Verbose.Count + Debug.Count + Information.Count > 0;

    /// <summary>Ends the work with everything it started, and returns when that is done.</summary>
    public override void StopJob()
    {
        Cancel();
        // Who is told of the end and stops the job once more must not wait for himself.
        if (JobStateInfo.State == JobState.Running)
        {
            _ended.Wait();
        }
    }

    /// <summary>Begins the work.</summary>
    internal void Start()
    {
        SetJobState(JobState.Running);
        EngineState.Current.Begin(this, _owner);
        _ = Task.Run(RunAsync);
    }

    /// <summary>Its runspace closes: the job goes, and with it what must not outlive it.</summary>
    internal virtual void Abandon() => StopJob();

    /// <summary>Does the work.</summary>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The state in which the job has ended.</returns>
    private protected abstract Task<JobState> WorkAsync(CancellationToken cancellationToken);

    /// <summary>Has the work end; does not wait for it.</summary>
    private protected void Cancel() => _stop.Cancel();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && !_ended.IsSet)
        {
            Abandon();
        }

        base.Dispose(disposing);
    }

    private async Task RunAsync()
    {
        var state = JobState.Failed;
        try
        {
            state = await WorkAsync(_stop.Token);
        }
        catch (Exception fault) when (_stop.IsCancellationRequested && fault is OperationCanceledException or TimeoutException)
        {
            state = JobState.Stopped;
        }
        catch (Exception fault)
        {
            Error.Add(ErrorRecords.From(fault));
        }
        finally
        {
            Finish(state);
        }
    }

    /// <summary>Closes the streams, then sets the end state, once: who waits for the state must find all the output.</summary>
    private void Finish(JobState state)
    {
        try
        {
            foreach (var close in (Action[])[Output.Complete, Error.Complete, Progress.Complete, Verbose.Complete, Warning.Complete, Debug.Complete, Information.Complete])
            {
                close();
            }

            EngineState.Current.End(this);
            SetJobState(state);
        }
        finally
        {
            // Who is told of the state may throw; who waits for the end must not wait for ever.
            _ended.Set();
        }
    }
}
