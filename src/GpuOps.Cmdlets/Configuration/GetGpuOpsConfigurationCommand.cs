using System.Management.Automation;
using GpuOps.Cmdlets.Binding;
using GpuOps.Cmdlets.Pipeline;
using GpuOps.Configuration;
using GpuOps.Errors;

namespace GpuOps.Cmdlets.Configuration;

/// <summary>Shows the settings, and where each value comes from.</summary>
[Cmdlet(VerbsCommon.Get, "GpuOpsConfiguration")]
[OutputType(typeof(ConfigurationValue))]
public sealed class GetGpuOpsConfigurationCommand : GpuOpsCmdlet
{
    /// <summary>Only these settings; wildcards are allowed.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(SettingCompleter))]
    public string[] Key { get; set; } = ["*"];

    /// <inheritdoc/>
    protected override void Process()
    {
        var configuration = ConfiguredBackend.Load(this);
        foreach (var unknown in configuration.UnknownVariables)
        {
            WriteWarning($"The variable {unknown.Name} means nothing to GpuOps{(unknown.Nearest is { } nearest ? $"; did you mean {nearest}?" : ".")}");
        }

        foreach (var key in Key)
        {
            WriteObject(Find(configuration, key), enumerateCollection: true);
        }
    }

    private ConfigurationValue[] Find(GpuOpsConfiguration configuration, string key)
    {
        var pattern = WildcardPattern.Get(key, WildcardOptions.IgnoreCase);
        ConfigurationValue[] found = [.. configuration.Values.Where(value => pattern.IsMatch(value.Key))];
        if (found.Length == 0 && !WildcardPattern.ContainsWildcardCharacters(key))
        {
            try
            {
                SettingCatalog.Find(key);
            }
            catch (GpuOpsException unknown)
            {
                WriteFault(unknown, key);
            }
        }

        return found;
    }
}
