using System.Management.Automation;
using GpuOps.Cmdlets.Binding;
using GpuOps.Cmdlets.Configuration;
using GpuOps.Cmdlets.Pipeline;
using GpuOps.Errors;
using GpuOps.Schedulers;

namespace GpuOps.Cmdlets.Jobs;

/// <summary>A cmdlet that talks to a scheduler, whichever it is.</summary>
public abstract class SchedulerCmdlet : GpuOpsCmdlet
{
    private Dictionary<string, IJobScheduler>? _opened;

    /// <summary>
    /// The backend, by name or URI; when left out the configured default if that runs jobs, else the queue that is
    /// registered, else the queue of this host.
    /// </summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(BackendCompleter))]
    public string? Backend { get; set; }

    /// <summary>Opens the scheduler the user means, or the object on the pipeline; the configuration is read once for each. Does not connect.</summary>
    private protected IJobScheduler OpenScheduler()
    {
        _opened ??= [];
        var name = Backend ?? "";
        return _opened.TryGetValue(name, out var known) ? known : _opened[name] = ConfiguredBackend.OpenScheduler(this, name);
    }

    /// <summary>Patterns with wildcards; null for none.</summary>
    private protected static WildcardPattern[]? Patterns(string[]? texts) =>
        texts is null ? null : [.. texts.Select(static text => WildcardPattern.Get(text, WildcardOptions.IgnoreCase))];

    /// <summary>The error of a job that a scheduler does not know.</summary>
    private protected static GpuOpsException NotFound(IJobScheduler scheduler, string id) =>
        new("JobNotFound", GpuOpsErrorKind.NotFound, $"'{scheduler.Backend}' knows no job '{Values.Excerpt.Of(id)}'.", id);
}
