using System.Globalization;
using System.Management.Automation;
using GpuOps.Cmdlets.Binding;
using GpuOps.Configuration;
using GpuOps.Values;

namespace GpuOps.Cmdlets.Configuration;

/// <summary>Writes a setting to a configuration file, or takes it out again.</summary>
[Cmdlet(VerbsCommon.Set, "GpuOpsConfiguration", SupportsShouldProcess = true, DefaultParameterSetName = "Set")]
[OutputType(typeof(ConfigurationValue))]
public sealed class SetGpuOpsConfigurationCommand : ScopedCommand
{
    /// <summary>The setting.</summary>
    [Parameter(Position = 0, Mandatory = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(SettingCompleter))]
    [ValidateNotNullOrEmpty]
    public string Key { get; set; } = "";

    /// <summary>Its value, as text or as what the setting is: a duration, a number of bytes.</summary>
    [Parameter(Position = 1, Mandatory = true, ParameterSetName = "Set")]
    [ValidateNotNull]
    public object Value { get; set; } = "";

    /// <summary>Takes the setting out of the file, so that a weaker layer or the default holds again.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Reset")]
    public SwitchParameter Reset { get; set; }

    /// <summary>Returns the setting as it holds now.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        var store = Store();
        var text = Text(Value);
        if (!ShouldProcess(store.FileOf(Scope), Reset ? $"take out {Key}" : $"set {Key} to {text}"))
        {
            return;
        }

        var change = Run(token => Reset ? store.ResetAsync(Key, Scope, token) : store.SetAsync(Key, text, Scope, token));
        if (!Reset && change.Effective is { } effective && effective.Text != SettingText(effective, text))
        {
            WriteWarning($"{Key} is {effective.Text} all the same: {effective.Origin} is stronger than {change.Path}.");
        }

        if (PassThru)
        {
            WriteObject(change.Effective);
        }
    }

    private static string Text(object value) => value switch
    {
        // PowerShell reads 20s as a number with a type suffix, but keeps what was written as the object's text.
        PSObject { BaseObject: IConvertible and not string } wrapped when wrapped.ToString() is var written
            && written != Convert.ToString(wrapped.BaseObject, CultureInfo.InvariantCulture) => written,
        PSObject wrapped => Text(wrapped.BaseObject),
        TimeSpan duration => Duration.Format(duration),
        long bytes => ByteSize.Format(bytes),
        // (512MB) and (1.5GB) are an int and a double; no number that is not of bytes is as large as a megabyte.
        int bytes and >= 1 << 20 => ByteSize.Format(bytes),
        double bytes and >= 1 << 20 and < long.MaxValue => ByteSize.Format((long)bytes),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    /// <summary>What was written, in the form the setting shows it: 60s and 1m are the same.</summary>
    private static string SettingText(ConfigurationValue setting, string text) => setting.Value switch
    {
        TimeSpan => Duration.Format(Duration.Parse(text, allowZero: true)),
        long => ByteSize.Format(ByteSize.Parse(text, allowZero: true)),
        _ => text,
    };
}
