using GpuOps.Hosted.Hosting;
using GpuOps.Rigs;

namespace GpuOps.Hosted;

/// <summary>Connections to other hosts end with the last runspace that has the module.</summary>
public sealed class ConnectionTests
{
    private const string Script = """
        $b = 'slurm://127.0.0.1:PORT'
        $ssh = ' 0100007F:{0:X4} [0-9A-F:]+ 01 ' -f PORT
        function Count { @([IO.File]::ReadAllLines('/proc/net/tcp') | Where-Object { $_ -match $ssh }).Count }
        function Until([int] $count) { for ($i = 0; (Count) -ne $count -and $i -lt 2000; $i++) { [Threading.Thread]::Sleep(10) }; Count }
        try { Get-SlurmJob -Backend $b } catch { }
        "used: $(Count)"
        $other = [runspacefactory]::CreateRunspace([initialsessionstate]::CreateDefault2())
        $other.Open()
        $shell = [powershell]::Create()
        $shell.Runspace = $other
        $shell.AddCommand('Import-Module').AddArgument((Get-Module GpuOps).Path).Invoke() | Out-Null
        Remove-Module GpuOps
        "other: $(Count)"
        $other.Dispose()
        "closed: $(Until 0)"
        Import-Module GpuOps
        try { Get-SlurmJob -Backend $b } catch { }
        "again: $(Count)"
        Remove-Module GpuOps
        "removed: $(Until 0)"
        """;

    [Fact]
    public async Task A_connection_ends_with_the_last_runspace_that_has_the_module()
    {
        Rig.NeedSshd();
        await using var rig = await SshdRig.StartAsync();
        Directory.CreateDirectory(Path.Combine(rig.Folder, ".ssh"));
        await File.WriteAllTextAsync(
            Path.Combine(rig.Folder, ".ssh", "config"),
            $"Host *\n  IdentityFile {rig.IdentityFile}\n  UserKnownHostsFile {rig.KnownHostsFile}\n",
            TestContext.Current.CancellationToken);

        var (exit, output, errors) = Child.Run("env", $"HOME={rig.Folder}", BuiltModule.Program, Script.Replace("PORT", $"{rig.Port}", StringComparison.Ordinal));

        Assert.Equal((0, ""), (exit, errors));
        Assert.Equal("used: 1\nother: 1\nclosed: 0\nagain: 1\nremoved: 0\n", output);
    }
}
