using GpuOps.Errors;
using GpuOps.Values;

namespace GpuOps.Configuration;

/// <summary>The rule for names of SSH profiles: that of backends' names, so that none can be taken for an address with a user or a port.</summary>
public static class SshProfileName
{
    /// <summary>The same name, when it is one.</summary>
    /// <param name="name">The name.</param>
    /// <exception cref="GpuOpsException"><c>InvalidSshProfileName</c>.</exception>
    public static string Check(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return BackendName.IsValid(name) ? name : throw new GpuOpsException("InvalidSshProfileName", GpuOpsErrorKind.InvalidArgument,
            $"'{Excerpt.Of(name)}' cannot be an SSH profile's name. A name begins with a letter and has only letters, digits, '.', '_' and '-', at most 64.", name);
    }
}
