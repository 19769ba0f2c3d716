using System.Collections;
using GpuOps.Schedulers.Slurm.Templates;

namespace GpuOps.Cmdlets.Binding;

/// <summary>Offers the templates of jobs.</summary>
public sealed class SlurmTemplateCompleter : GpuOpsCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<(string Value, string Tip)> Offers(IDictionary bound) =>
        new SlurmTemplates(Path.Combine(Configuration().Environment.UserConfigFolder ?? "", "templates")).Names.Select(static name => (name, name));
}
