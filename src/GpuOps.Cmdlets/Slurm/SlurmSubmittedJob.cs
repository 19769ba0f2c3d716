using System.Management.Automation;
using GpuOps.Cmdlets.Pipeline;
using GpuOps.Cmdlets.Running;
using GpuOps.Errors;
using GpuOps.Schedulers.Slurm;

namespace GpuOps.Cmdlets.Slurm;

/// <summary>
/// A submitted job of a Slurm cluster as a job of PowerShell: it ends when the other is over, which Stop-Job cancels. A
/// session that closes leaves that alone.
/// </summary>
public sealed class SlurmSubmittedJob : BackgroundJob, IRecordSink
{
    /// <summary>How long Stop-Job waits for a cluster that may have gone without a word.</summary>
    private static readonly TimeSpan CancelLimit = TimeSpan.FromSeconds(20);

    private readonly SlurmScheduler _scheduler;
    private readonly SlurmWaitOptions _options;
    private readonly CancellationTokenSource _abandoned = new();
    private bool _failed;

    internal SlurmSubmittedJob(SlurmScheduler scheduler, SlurmJob job, string command, SlurmWaitOptions options, Guid owner)
        : base(command, job.Name.Length > 0 ? job.Name : null, owner) => (_scheduler, SlurmJob, _options) = (scheduler, job, options);

    /// <summary>The job as it was last seen.</summary>
    public SlurmJob SlurmJob { get; private set; }

    /// <inheritdoc/>
    public override string Location => _scheduler.Backend;

    /// <inheritdoc/>
    public override string StatusMessage => $"{SlurmJob.Id} {SlurmJob.State}";

    /// <inheritdoc/>
    void IRecordSink.WriteObject(object item)
    {
        SlurmJob = (SlurmJob)item;
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

    private protected override async Task<JobState> WorkAsync(CancellationToken cancellationToken)
    {
        try
        {
            await new SlurmWaitReport(_scheduler, _options, 0, this).RunAsync([SlurmJob.Id], cancellationToken);
        }
        catch (OperationCanceledException) when (!_abandoned.IsCancellationRequested)
        {
            await CancelAsync();
            throw;
        }

        return _failed ? JobState.Failed : JobState.Completed;
    }

    private async Task CancelAsync()
    {
        using var limit = new CancellationTokenSource(CancelLimit, TimeProvider.System);
        try
        {
            await _scheduler.CancelAsync([SlurmJob.Id], null, limit.Token);
        }
        catch (OperationCanceledException)
        {
            throw new GpuOpsException("SlurmCancelUnknown", GpuOpsErrorKind.Lost,
                $"'{Location}' did not answer within {CancelLimit.TotalSeconds:0} s: nobody can say whether the job {SlurmJob.Id} was cancelled. Stop-SlurmJob {SlurmJob.Id} tries it again.", SlurmJob.Id);
        }
    }
}
