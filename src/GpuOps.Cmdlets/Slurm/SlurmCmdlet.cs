using System.Management.Automation;
using GpuOps.Cmdlets.Binding;
using GpuOps.Cmdlets.Configuration;
using GpuOps.Cmdlets.Module;
using GpuOps.Cmdlets.Pipeline;
using GpuOps.Configuration;
using GpuOps.Errors;
using GpuOps.Schedulers.Slurm;
using GpuOps.Values;

namespace GpuOps.Cmdlets.Slurm;

/// <summary>A cmdlet that talks to a Slurm cluster.</summary>
public abstract class SlurmCmdlet : GpuOpsCmdlet
{
    internal const string Scheme = "slurm";

    private static readonly TimeSpan Hasty = TimeSpan.FromSeconds(5);

    private Dictionary<string, SlurmScheduler>? _opened;
    private bool _saidMissing;

    /// <summary>
    /// The backend, by name or URI; when left out the configured default if that is a Slurm cluster, else the only Slurm
    /// cluster that is registered, else Slurm on this host.
    /// </summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(BackendCompleter))]
    public string? Backend { get; set; }

    /// <summary>Opens the cluster the user means, or the object on the pipeline; the configuration is read once for each. Does not connect.</summary>
    private protected SlurmScheduler OpenSlurm()
    {
        _opened ??= [];
        var name = Backend ?? "";
        if (_opened.TryGetValue(name, out var known))
        {
            return known;
        }

        var (definition, context) = ConfiguredBackend.Resolve(this, name, Scheme);
        return _opened[name] = EngineState.Current.Host.OpenScheduler(definition, context) as SlurmScheduler ?? throw new GpuOpsException(
            "BackendIsNotSlurm", GpuOpsErrorKind.InvalidArgument, $"The backend '{definition.Name}' ({definition.Uri.Scheme}:) is not a Slurm cluster.", definition.Name);
    }

    /// <summary>Reads jobs; says once when the controller's part is missing, or the accounting's.</summary>
    private protected SlurmJobs Read(SlurmScheduler scheduler, SlurmJobQuery query)
    {
        var answer = Run(token => scheduler.ReadJobsAsync(query, token));
        if (answer.Missing is { } missing && !_saidMissing)
        {
            _saidMissing = true;
            WriteWarning($"{Sentence.Of(missing.Message)} {(answer.IsOnlyAccounted ? "What the accounting knows is shown, which lags behind." : "Jobs that are over may be missing.")}");
        }

        return answer;
    }

    /// <summary>Warns of a question that comes too often.</summary>
    private protected void WarnIfHasty(TimeSpan interval)
    {
        if (interval < Hasty)
        {
            WriteWarning($"Asking every {interval.TotalSeconds:0.###} s burdens the controller, which serves everybody. 5 s and more do not.");
        }
    }

    /// <summary>Says once that a cluster does not answer, and once that it does again.</summary>
    private protected static Action<GpuOpsException?> Contact(SlurmScheduler scheduler, Action<Action<Cmdlet>> post) => fault => post(cmdlet => cmdlet.WriteWarning(
        fault is null ? $"'{scheduler.Backend}' answers again." : $"{Sentence.Of(fault.Message)} It is asked again until it answers."));

    /// <summary>Patterns with wildcards; null for none.</summary>
    private protected static WildcardPattern[]? Patterns(string[]? texts) =>
        texts is null ? null : [.. texts.Select(static text => WildcardPattern.Get(text, WildcardOptions.IgnoreCase))];

    /// <summary>The partitions that were named and are not there, each as an error; one with wildcards need not be.</summary>
    /// <param name="scheduler">The cluster.</param>
    /// <param name="names">What was named.</param>
    /// <param name="there">Those that are there, of what was named at least.</param>
    /// <param name="known">All that the cluster has, to find what was meant; null when that is not known.</param>
    private protected static IEnumerable<GpuOpsException> Missing(SlurmScheduler scheduler, IEnumerable<string> names, IEnumerable<string?> there, IReadOnlyCollection<string>? known = null)
    {
        var found = there.ToHashSet(StringComparer.OrdinalIgnoreCase);
        return names.Where(name => !WildcardPattern.ContainsWildcardCharacters(name) && !found.Contains(name)).Select(name => new GpuOpsException(
            "SlurmPartitionNotFound", GpuOpsErrorKind.NotFound, $"'{scheduler.Backend}' has no partition '{name}'.{NearestName.Hint(name, known ?? [])} Get-SlurmResource shows those it has.", name));
    }

    internal static GpuOpsException NotFound(SlurmJobId id, SlurmScheduler scheduler) => scheduler.NotFound(id);
}
