using System.Management.Automation;
using GpuOps.Cmdlets.Pipeline;
using GpuOps.Cmdlets.Running;
using GpuOps.Errors;
using GpuOps.Schedulers;

namespace GpuOps.Cmdlets.Jobs;

/// <summary>
/// A submitted job of a scheduler as a job of PowerShell: it ends when the other is over, which Stop-Job ends. A session that
/// closes leaves that alone.
/// </summary>
public abstract class SubmittedJob : BackgroundJob, IRecordSink
{
    /// <summary>How long Stop-Job waits for a scheduler that may have gone without a word.</summary>
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(20);

    private readonly CancellationTokenSource _abandoned = new();
    private bool _failed;

    private protected SubmittedJob(IJobScheduler scheduler, GpuJob job, string command, Guid owner)
        : base(command, job.Name.Length > 0 ? job.Name : null, owner) => (Scheduler, Submitted) = (scheduler, job);

    /// <inheritdoc/>
    public override string Location => Scheduler.Backend;

    /// <inheritdoc/>
    public override string StatusMessage => $"{Submitted.Id} {StateText}";

    private protected IJobScheduler Scheduler { get; }

    /// <summary>The job as it was last seen.</summary>
    private protected GpuJob Submitted { get; private set; }

    private protected virtual string StateText => Submitted.State.ToString();

    /// <inheritdoc/>
    void IRecordSink.WriteObject(object item)
    {
        Submitted = (GpuJob)item;
        Output.Add(PSObject.AsPSObject(item));
    }

    /// <inheritdoc/>
    void IRecordSink.WriteError(ErrorRecord error)
    {
        _failed = true;
        Error.Add(error);
    }

    /// <inheritdoc/>
    void IRecordSink.WriteWarning(string text) => Warning.Add(new WarningRecord(text));

    /// <inheritdoc/>
    void IRecordSink.WriteProgress(ProgressRecord progress) => Progress.Add(progress);

    internal override void Abandon()
    {
        _abandoned.Cancel();
        base.Abandon();
    }

    /// <summary>Waits until the job is over, and writes what becomes of it.</summary>
    private protected abstract Task WaitAsync(CancellationToken cancellationToken);

    /// <summary>Ends the job.</summary>
    private protected abstract Task EndAsync(CancellationToken cancellationToken);

    /// <summary>The error of a scheduler that does not say whether it ended the job.</summary>
    /// <param name="limit">How long it was waited for.</param>
    private protected abstract GpuOpsException Unknown(TimeSpan limit);

    private protected sealed override async Task<JobState> WorkAsync(CancellationToken cancellationToken)
    {
        try
        {
            await WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (!_abandoned.IsCancellationRequested)
        {
            await StopAsync();
            throw;
        }

        return _failed ? JobState.Failed : JobState.Completed;
    }

    private async Task StopAsync()
    {
        using var limit = new CancellationTokenSource(StopLimit, TimeProvider.System);
        try
        {
            await EndAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            throw Unknown(StopLimit);
        }
    }
}
