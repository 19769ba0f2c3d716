using System.Management.Automation;
using System.Security.Cryptography;
using GpuOps.Channels;
using GpuOps.Cmdlets.Pipeline;
using GpuOps.Errors;
using GpuOps.Pools;
using GpuOps.Schedulers;

namespace GpuOps.Cmdlets.Jobs;

/// <summary>Submits jobs to a scheduler: the queue of this host, or whatever the backend is.</summary>
[Cmdlet(VerbsLifecycle.Submit, "GpuJob", DefaultParameterSetName = "Command", SupportsShouldProcess = true)]
[OutputType(typeof(GpuJob))]
public sealed partial class SubmitGpuJobCommand : SchedulerCmdlet
{
    private Dictionary<IJobScheduler, List<string>>? _awaited;
    private Dictionary<string, string> _variables = [];

    /// <inheritdoc/>
    protected override void Begin() => _variables = SubmittedVariables.Of(this, EnvFile, EnvironmentVariable);

    /// <inheritdoc/>
    protected override void Process()
    {
        var scheduler = OpenScheduler();
        try
        {
            var request = Request();
            for (var times = 0; times < Repeat; times++)
            {
                Submit(scheduler, request);
            }
        }
        catch (GpuOpsException fault) when (MyInvocation.ExpectingInput && fault.Kind == GpuOpsErrorKind.InvalidArgument)
        {
            // Of many that are piped in, one that makes no sense does not keep the others.
            WriteFault(fault);
        }
    }

    /// <inheritdoc/>
    protected override void End()
    {
        if (_awaited is { } awaited)
        {
            Run(async (post, token) =>
            {
                await Task.WhenAll(awaited.Select((one, index) => new JobWaitReport(one.Key, Interval, index, new CmdletSink(post)).RunAsync([.. one.Value], token)));
                return true;
            });
        }
    }

    private void Submit(IJobScheduler scheduler, GpuJobRequest request)
    {
        if (!ShouldProcess(scheduler.Backend, $"submit{(request.Name.Length > 0 ? $" '{request.Name}'" : "")} with {request.Demand?.ToString() ?? "no GPU"} in {request.WorkFolder}: {CommandOf(request)}"))
        {
            return;
        }

        var job = Run(token => scheduler.SubmitJobAsync(request with { RequestId = RandomNumberGenerator.GetHexString(32, lowercase: true) }, token));
        if (!Wait)
        {
            WriteObject(job);
            return;
        }

        _awaited ??= [];
        if (!_awaited.TryGetValue(scheduler, out var ids))
        {
            _awaited[scheduler] = ids = [];
        }

        ids.Add(job.Id);
    }

    private GpuJobRequest Request()
    {
        var words = SubmittedWords.Of(ArgumentList);
        return new GpuJobRequest
        {
            Name = Name,
            Arguments = Path is null ? [.. Command, .. words] : words,
            Script = Path is null ? (ReadOnlyMemory<byte>?)null : SubmittedScript.Read(this, Path),
            WorkFolder = WorkingDirectory is null ? SessionState.Path.CurrentFileSystemLocation.ProviderPath : GetUnresolvedProviderPathFromPSPath(WorkingDirectory),
            Variables = _variables,
            Demand = Demand(),
            Cpus = Cpu,
            Priority = Priority,
            TimeLimit = Time,
            Dependencies = [.. DependsOn.Select(id => new GpuJobDependency(id, DependencyType))],
            Hold = Hold,
            Retries = Retry,
            RetryExitCodes = RetryExitCode,
            MergeStreams = MergeStream,
            Tags = Tag,
        };
    }

    private GpuDemand? Demand()
    {
        var wishes = new[] { Gpu is > 0, GpuId is { Length: > 0 }, Share is not null, Memory is not null }.Count(static wish => wish);
        return wishes > 1
            ? throw new GpuOpsException("GpuDemandUnclear", GpuOpsErrorKind.InvalidArgument, "-Gpu, -GpuId, -Share and -Memory are four ways to say which GPUs the job needs. Give one of them.")
            : Gpu is > 0 ? new GpuDemand(Count: Gpu)
            : GpuId is { Length: > 0 } ? new GpuDemand(Ids: [.. GpuId.Distinct().Order()])
            : Share is not null ? new GpuDemand(Share: Share)
            : Memory is not null ? new GpuDemand(Memory: Memory)
            : null;
    }

    private string CommandOf(GpuJobRequest request) => PosixShell.Join(Path is null ? request.Arguments : request.Arguments.Prepend(Path));
}
