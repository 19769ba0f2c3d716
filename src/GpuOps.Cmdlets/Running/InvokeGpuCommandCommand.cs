using System.Management.Automation;
using GpuOps.Cmdlets.Binding;
using GpuOps.Cmdlets.Module;
using GpuOps.Cmdlets.Pools;
using GpuOps.Errors;
using GpuOps.Pools;
using GpuOps.Pools.Sessions;

namespace GpuOps.Cmdlets.Running;

/// <summary>
/// Reserves GPUs, runs a command that sees those and no others, and releases them when it ends, however it ends.
/// </summary>
[Cmdlet(VerbsLifecycle.Invoke, "GpuCommand", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low, DefaultParameterSetName = "ScriptBlock")]
[OutputType(typeof(object), typeof(GpuCommandJob))]
public sealed class InvokeGpuCommandCommand : ReservingCmdlet
{
    /// <summary>How long the end of a command waits for a store that is away.</summary>
    private static readonly TimeSpan ReleaseLimit = TimeSpan.FromSeconds(5);

    /// <summary>How long a stopped command waits for what it started to end before that goes on in the background.</summary>
    private static readonly TimeSpan StopPatience = TimeSpan.FromMilliseconds(100);

    /// <summary>What to run, in this session.</summary>
    [Parameter(Position = 0, Mandatory = true, ParameterSetName = "ScriptBlock")]
    public ScriptBlock? ScriptBlock { get; set; }

    /// <summary>A program or script to run; a program gets an environment of its own.</summary>
    [Parameter(Position = 0, Mandatory = true, ParameterSetName = "FilePath")]
    [ValidateNotNullOrEmpty]
    public string? FilePath { get; set; }

    /// <summary>The arguments of the script block, the program or the script.</summary>
    [Parameter(Position = 1, ValueFromRemainingArguments = true)]
    [AllowEmptyString]
    [AllowNull]
    public object?[] ArgumentList { get; set; } = [];

    /// <summary>Runs in the background, in a process of its own, as a job.</summary>
    [Parameter]
    public SwitchParameter AsJob { get; set; }

    /// <summary>The job's name.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        var demand = Demand();
        var target = ScriptBlock is not null
            ? new GpuCommandTarget(ScriptBlock, null, ArgumentList)
            : GpuCommandTarget.Find(this, FilePath!, ArgumentList);
        var pool = OpenPool();
        if (!ShouldProcess($"{demand} of {pool.LocalHost}", $"reserve, and run {target}"))
        {
            return;
        }

        var request = NewRequest(pool, pool.LocalHost, demand, ReservationKind.Command);
        if (AsJob)
        {
            StartJob(pool, request, target);
            return;
        }

        // Taken before the wait in line: who cannot run the block should not wait hours to be told.
        using var environment = target.Block is null ? null : EnvironmentLease.Take(Owner);
        var reservation = Acquire(pool, request);
        using var guard = new CommandGuard(pool, reservation, Host);
        var running = RunningReservation.Begin(pool, reservation, Owner, _ => guard.Lose(stop: OnLost == OnLost.Stop));
        var finished = false;
        Task closing;
        try
        {
            if (Duration is { } duration)
            {
                guard.Limit(duration);
            }

            new GpuCommandRun(this, target, reservation).Run(environment);
            finished = true;
        }
        finally
        {
            guard.Finish(wait: finished, Stopped);
            // Whatever ended the command early may have left programs behind; until they are gone the GPUs are not free.
            closing = running.CloseAsync(endPrograms: !finished || guard.HasBegunToEnd);
            EngineState.Current.Finish(closing, Owner);
            closing.Wait(finished ? ReleaseLimit : StopPatience);
        }

        if (running.Remains is { } remains)
        {
            WriteWarning(remains);
        }
        else if (!closing.IsCompleted)
        {
            WriteWarning($"The reservation {reservation} is still being released: its store does not answer. It ends by itself {reservation.Lease} after its last heartbeat.");
        }

        Report(guard, reservation);
    }

    private void StartJob(PoolSession pool, ReservationRequest request, GpuCommandTarget target)
    {
        var job = new GpuCommandJob(target.ToString(), Name, new GpuCommandOrder
        {
            Pool = pool,
            Request = request,
            Target = target.Block is null ? target : BlockProcess.Target(this),
            Block = target.Block is null ? null : BlockProcess.Pack(this, target.Block, ArgumentList),
            Owner = Owner,
            Folder = SessionState.Path.CurrentFileSystemLocation.ProviderPath,
            Timeout = Timeout,
            Duration = Duration,
            StopWhenLost = OnLost == OnLost.Stop,
        });
        JobRepository.Add(job);
        job.Start();
        WriteObject(job);
    }

    private void Report(CommandGuard guard, GpuReservation reservation)
    {
        if (guard.IsOverdue)
        {
            WriteFault(new GpuOpsException("CommandTimeLimit", GpuOpsErrorKind.Timeout,
                $"The command was ended after {Duration}, with everything it had started.", reservation), reservation);
        }
        else if (guard.IsLost)
        {
            WriteFault(new GpuOpsException("ReservationLost", GpuOpsErrorKind.Lost,
                $"The reservation {reservation} was lost while the command ran; another command may have used its GPUs at the same time.", reservation), reservation);
        }
    }
}
