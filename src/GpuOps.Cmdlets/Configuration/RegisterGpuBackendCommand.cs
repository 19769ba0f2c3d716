using System.Collections;
using System.Globalization;
using System.Management.Automation;
using GpuOps.Configuration;

namespace GpuOps.Cmdlets.Configuration;

/// <summary>Gives a backend a name.</summary>
[Cmdlet(VerbsLifecycle.Register, "GpuBackend", SupportsShouldProcess = true)]
[OutputType(typeof(GpuBackend))]
public sealed class RegisterGpuBackendCommand : ScopedCommand
{
    /// <summary>The name.</summary>
    [Parameter(Position = 0, Mandatory = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string Name { get; set; } = "";

    /// <summary>Where it is, as <c>sqlite:/path</c> or <c>redis://host/?pool=name</c>; never with a password.</summary>
    [Parameter(Position = 1, Mandatory = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string Uri { get; set; } = "";

    /// <summary>Options of its provider, such as <c>@{ user = 'lab'; caFile = '~/ca.pem' }</c>.</summary>
    [Parameter(Position = 2)]
    public Hashtable? Option { get; set; }

    /// <summary>Replaces a backend that has the name already.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Returns the backend.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        var store = Store();
        var options = (Option ?? []).Cast<DictionaryEntry>().ToDictionary(
            entry => Convert.ToString(entry.Key, CultureInfo.InvariantCulture)!,
            entry => Convert.ToString(entry.Value, CultureInfo.InvariantCulture)!);
        if (!ShouldProcess(store.FileOf(Scope), $"register the backend '{Name}' as {Uri}"))
        {
            return;
        }

        Run(token => store.RegisterAsync(Name, Uri, options, Scope, Force, token));
        if (PassThru)
        {
            WriteObject(ConfiguredBackend.Load(this).Backends.Where(it => it.Name.Equals(Name, StringComparison.OrdinalIgnoreCase)), enumerateCollection: true);
        }
    }
}
