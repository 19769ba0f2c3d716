using System.Management.Automation;
using GpuOps.Channels;
using GpuOps.Cmdlets.Binding;
using GpuOps.Cmdlets.Configuration;
using GpuOps.Cmdlets.Pipeline;
using GpuOps.Errors;

namespace GpuOps.Cmdlets.Ssh;

/// <summary>Shows the SSH profiles.</summary>
[Cmdlet(VerbsCommon.Get, "SshProfile")]
[OutputType(typeof(SshProfile))]
public sealed class GetSshProfileCommand : GpuOpsCmdlet
{
    /// <summary>Only these; wildcards are allowed.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(SshProfileCompleter))]
    public string[] Name { get; set; } = ["*"];

    /// <inheritdoc/>
    protected override void Process()
    {
        var profiles = ConfiguredBackend.Load(this).SshProfiles;
        foreach (var name in Name)
        {
            var pattern = WildcardPattern.Get(name, WildcardOptions.IgnoreCase);
            SshProfile[] found = [.. profiles.Where(profile => pattern.IsMatch(profile.Name))];
            if (found.Length == 0 && !WildcardPattern.ContainsWildcardCharacters(name))
            {
                WriteFault(new GpuOpsException("UnknownSshProfile", GpuOpsErrorKind.NotFound,
                    $"There is no SSH profile named '{name}'. Get-SshProfile lists those there are; New-SshProfile adds one.", name), name);
            }

            WriteObject(found, enumerateCollection: true);
        }
    }
}
