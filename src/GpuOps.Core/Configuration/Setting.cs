using System.Text;

namespace GpuOps.Configuration;

/// <summary>One row of the <see cref="SettingCatalog"/>.</summary>
/// <param name="Key">The path in the YAML file, in camelCase: <c>heartbeat.interval</c>.</param>
/// <param name="Type">How it is read, within which bounds.</param>
/// <param name="Default">The value nobody has to set, as text; null leaves it unset.</param>
/// <param name="Description">What it does, one sentence.</param>
/// <param name="Apply">Puts a value into the settings.</param>
public sealed record Setting(
    string Key, SettingType Type, string? Default, string Description, Func<GpuOpsSettings, object, GpuOpsSettings> Apply)
{
    /// <summary>
    /// Whether a project's file may set it. Not so for what touches more than the one who works in that folder: a
    /// cloned repository must not trim a shared pool's history or replace the probe.
    /// </summary>
    public bool AllowedInProject { get; init; } = true;

    /// <summary>The environment variable that sets it: <c>GPUOPS_HEARTBEAT_INTERVAL</c>.</summary>
    public string Variable { get; } = VariableOf(Key);

    private static string VariableOf(string key)
    {
        var name = new StringBuilder("GPUOPS_");
        foreach (var c in key)
        {
            if (char.IsUpper(c)) name.Append('_');
            name.Append(c == '.' ? '_' : char.ToUpperInvariant(c));
        }

        return name.ToString();
    }
}
