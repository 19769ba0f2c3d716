using System.Management.Automation;
using GpuOps.Cmdlets.Binding;
using GpuOps.Errors;
using GpuOps.Schedulers;

namespace GpuOps.Cmdlets.Jobs;

/// <summary>Changes jobs that have not begun: their name, priority or time limit, or whether they are held.</summary>
[Cmdlet(VerbsCommon.Set, "GpuJob", SupportsShouldProcess = true)]
[OutputType(typeof(GpuJob))]
public sealed class SetGpuJobCommand : ChangeJobCmdlet
{
    /// <summary>The new name.</summary>
    [Parameter]
    public string? Name { get; set; }

    /// <summary>The new priority; the higher goes first.</summary>
    [Parameter]
    public int? Priority { get; set; }

    /// <summary>How long they may run.</summary>
    [Parameter]
    [Duration]
    [ArgumentCompleter(typeof(DurationCompleter))]
    public TimeSpan? Time { get; set; }

    /// <summary>Keeps them from starting; -Hold:$false lets them go.</summary>
    [Parameter]
    public SwitchParameter Hold { get; set; }

    /// <summary>Returns the jobs as they are then.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override string Action => string.Join(", ", Changes());

    /// <inheritdoc/>
    protected override void Begin()
    {
        if (!Changes().Any())
        {
            throw new GpuOpsException("NothingToChange", GpuOpsErrorKind.InvalidArgument, "Say what to change: -Name, -Priority, -Time or -Hold.");
        }
    }

    /// <inheritdoc/>
    private protected override async Task<GpuJob?> ChangeAsync(IJobScheduler scheduler, GpuJob job, CancellationToken cancellationToken)
    {
        var change = new GpuJobChange { Name = Name, Priority = Priority, TimeLimit = Time, Hold = SaysHold ? Hold.ToBool() : null };
        var changed = await scheduler.ChangeJobAsync(job.Id, change, cancellationToken);
        return PassThru ? changed : null;
    }

    private bool SaysHold => MyInvocation.BoundParameters.ContainsKey(nameof(Hold));

    private IEnumerable<string> Changes()
    {
        if (Name is not null)
        {
            yield return $"name it '{Name}'";
        }

        if (Priority is { } priority)
        {
            yield return $"give it priority {priority}";
        }

        if (Time is { } time)
        {
            yield return $"let it run for {time}";
        }

        if (SaysHold)
        {
            yield return Hold ? "hold it" : "let it go";
        }
    }
}
