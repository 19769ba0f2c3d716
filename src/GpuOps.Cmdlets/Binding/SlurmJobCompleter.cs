using System.Collections;
using GpuOps.Cmdlets.Module;
using GpuOps.Cmdlets.Slurm;
using GpuOps.Configuration;
using GpuOps.Schedulers.Slurm;

namespace GpuOps.Cmdlets.Binding;

/// <summary>Offers one's own jobs that are not over.</summary>
public sealed class SlurmJobCompleter : GpuOpsCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<(string Value, string Tip)> Offers(IDictionary bound)
    {
        var configuration = Configuration();
        var definition = configuration.ResolveBackend(bound["Backend"] as string ?? configuration.ChooseBackend(SlurmCmdlet.Scheme));
        var context = new BackendContext(configuration.Settings, configuration.Environment, TimeProvider.System);
        return EngineState.Current.Host.OpenScheduler(definition, context) is SlurmScheduler scheduler
            ? Wait(token => scheduler.ReadJobsAsync(new SlurmJobQuery(), token)).Jobs.Select(static job => (job.Id.ToString(), $"{job.Name}, {job.State}"))
            : [];
    }
}
