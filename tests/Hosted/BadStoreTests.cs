using System.Management.Automation;
using System.Runtime.Versioning;
using System.Text;
using GpuOps.Hosted.Hosting;
using Microsoft.Data.Sqlite;

namespace GpuOps.Hosted;

/// <summary>A store that cannot be used: a clear error, and the file as it was.</summary>
[SupportedOSPlatform("linux")]
public sealed class BadStoreTests
{
    private const string TryAll = """
        foreach ($try in { Get-GpuStatus -Backend $b }, { Get-GpuQueue -Backend $b }, { Get-GpuUsage -Backend $b }, { Initialize-GpuPool -Count 2 -Backend $b },
            { Request-GpuReservation -NoWait -Backend $b }, { Disable-Gpu 0 -Reason x -Backend $b }, { Remove-GpuReservation abc -Backend $b }) {
            try { & $try } catch { $_.FullyQualifiedErrorId.Split(',')[0] + ' ' + $_.CategoryInfo.Category }
        }
        """;

    public static TheoryData<string, byte[]> DamagedFiles => new()
    {
        { "text", Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("not a database\n", 400))) },
        { "zeros", new byte[8192] },
        { "random", [.. Enumerable.Range(0, 9000).Select(i => (byte)(i * 7919 >> 3))] },
    };

    [Theory]
    [MemberData(nameof(DamagedFiles))]
    public void A_file_that_is_no_database_is_left_as_it_is(string kind, byte[] content)
    {
        using var store = new Store();
        File.WriteAllBytes(store.File, content);
        ExpectEverywhere(store, "StoreCorrupt InvalidData", kind);
        Assert.Equal(content, File.ReadAllBytes(store.File));
    }

    [Fact]
    public void A_truncated_store_is_left_as_it_is()
    {
        using var store = new Store();
        MakeStoreElsewhere(store);
        var half = File.ReadAllBytes(store.File)[..10_000];
        File.WriteAllBytes(store.File, half);
        ExpectEverywhere(store, "StoreCorrupt InvalidData", "truncated");
        Assert.Equal(half, File.ReadAllBytes(store.File));
    }

    [Fact]
    public void A_store_with_a_destroyed_page_is_left_as_it_is()
    {
        using var store = new Store();
        MakeStoreElsewhere(store);
        var bytes = File.ReadAllBytes(store.File);
        for (var page = 4096; page < bytes.Length; page += 4096)
        {
            bytes.AsSpan(page, 512).Fill(0xAB);
        }

        File.WriteAllBytes(store.File, bytes);
        ExpectEverywhere(store, "StoreCorrupt InvalidData", "pages");
        Assert.Equal(bytes, File.ReadAllBytes(store.File));
    }

    [Fact]
    public void Another_applications_database_is_left_as_it_is()
    {
        using var store = new Store();
        Execute(store, "CREATE TABLE bookmarks (url TEXT); INSERT INTO bookmarks VALUES ('x')");
        var before = File.ReadAllBytes(store.File);
        ExpectEverywhere(store, "StoreCorrupt InvalidData", "foreign");
        Assert.Equal(before, File.ReadAllBytes(store.File));
    }

    [Fact]
    public void A_store_of_a_newer_version_is_left_as_it_is_and_says_what_to_do()
    {
        using var store = new Store();
        MakeStoreElsewhere(store);
        Execute(store, "PRAGMA user_version = 9");
        var before = File.ReadAllBytes(store.File);
        ExpectEverywhere(store, "StoreVersionMismatch InvalidData", "newer");
        using var session = Session.Open(store);
        Assert.Contains("Use the GpuOps that made it", session.Run("Get-GpuStatus").Fails("StoreVersionMismatch", ErrorCategory.InvalidData).Exception.Message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(store.File));
    }

    [Fact]
    public void A_path_below_a_file_cannot_be_made()
    {
        using var store = new Store();
        File.WriteAllText(Path.Combine(store.Folder, "file"), "");
        using var session = Session.Open(store);
        session.Run($"Initialize-GpuPool -Count 1 -Backend sqlite:{store.Folder}/file/pool.db").Fails("StoreUnreachable", ErrorCategory.ConnectionError);
    }

    [Fact]
    public void A_folder_that_may_not_be_entered_is_unreachable_and_not_an_empty_pool()
    {
        using var store = new Store();
        MakeStoreElsewhere(store);
        File.SetUnixFileMode(store.Folder, UnixFileMode.None);
        try
        {
            var (_, output, _) = Child.RunScriptUnprivileged($"$b = '{store.Uri}'; {TryAll}");
            Assert.All(Lines(output), line => Assert.Equal("StoreUnreachable ConnectionError", line));
            Assert.Equal(7, Lines(output).Length);
        }
        finally
        {
            File.SetUnixFileMode(store.Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    [Fact]
    public void A_store_that_may_only_be_read_refuses_to_reserve_and_is_not_changed()
    {
        using var store = new Store();
        MakeStoreElsewhere(store);
        File.SetUnixFileMode(store.File, (UnixFileMode)0b100_100_100);
        File.SetUnixFileMode(store.Folder, (UnixFileMode)0b101_101_101);
        var before = store.Content();
        var (_, output, errors) = Child.RunScriptUnprivileged($"$b = '{store.Uri}'; {TryAll}");
        File.SetUnixFileMode(store.Folder, (UnixFileMode)0b111_101_101);
        Assert.Equal("", errors);
        Assert.Contains("StoreReadOnly PermissionDenied", Lines(output));
        Assert.DoesNotContain(Lines(output), line => line.StartsWith("UnexpectedFailure", StringComparison.Ordinal) || line.Contains("Reserved", StringComparison.Ordinal));
        Assert.Equal(before, store.Content());
    }

    [Fact]
    public void A_store_on_a_file_system_mounted_read_only_refuses_to_reserve()
    {
        Rig.NeedMounts();
        using var store = new Store();
        MakeStoreElsewhere(store);
        var before = store.Content();
        var (_, output, _) = Child.RunScriptAfterMount(
            $"mount --bind '{store.Folder}' '{store.Folder}' && mount -o remount,ro,bind '{store.Folder}'",
            $$"""
            try { Request-GpuReservation -NoWait -Backend {{store.Uri}} } catch { $_.FullyQualifiedErrorId.Split(',')[0] + ' ' + $_.CategoryInfo.Category }
            """);
        Assert.Equal(["StoreReadOnly PermissionDenied"], Lines(output));
        Assert.Equal(before, store.Content());
    }

    [Fact]
    public void A_full_disk_changes_nothing_and_the_pool_goes_on_when_there_is_space_again()
    {
        Rig.NeedMounts();
        using var store = new Store();
        var (_, output, errors) = Child.RunScriptAfterMount(
            $"mount -t tmpfs -o size=1m none '{store.Folder}'",
            $$"""
            $b = '{{store.Uri}}'
            Initialize-GpuPool -Count 8 -Backend $b | Out-Null
            Request-GpuReservation -Id 0 -Duration 1h -Backend $b | Out-Null
            $filler = [IO.File]::Create('{{store.Folder}}/filler')
            $block = [byte[]]::new(4096)
            try { while ($true) { $filler.Write($block, 0, 4096); $filler.Flush($true) } } catch { }
            $failed = 0
            while (-not $failed) {
                # The log has some room left from what was written before.
                try { Disable-Gpu 5 -Reason ('x' * 30000) -Backend $b } catch { $failed = 1; $_.FullyQualifiedErrorId.Split(',')[0] + ' ' + $_.CategoryInfo.Category }
            }
            $filler.Dispose()
            [IO.File]::Delete('{{store.Folder}}/filler')
            (Request-GpuReservation -Id 1 -Duration 1h -Backend $b).FencingNumber
            (Get-GpuStatus 0, 1, 2 -Backend $b).State -join ' '
            """);
        Assert.Equal(["StoreFull LimitsExceeded", "2", "Reserved Reserved Available"], Lines(output));
        Assert.Equal("", errors);
    }

    [Fact]
    public void A_test_of_the_backend_says_which_step_fails_without_an_error()
    {
        using var store = new Store();
        using var session = Session.Open(store);
        Assert.Equal(["Open False"], session.Read("Test-GpuBackend | ForEach-Object { \"$($_.Step) $($_.Succeeded)\" }"));
        session.Run("Initialize-GpuPool -Count 1").Clean();
        Assert.Equal(["Open True", "Pool True"], session.Read("Test-GpuBackend | ForEach-Object { \"$($_.Step) $($_.Succeeded)\" }"));
        Assert.Equal(["True"], session.Read("Test-GpuBackend -Quiet"));
        File.WriteAllText(Path.Combine(store.Folder, "text.db"), string.Concat(Enumerable.Repeat("text", 1000)));
        Assert.Equal(["Open False"], session.Read($"Test-GpuBackend sqlite:{store.Folder}/text.db | ForEach-Object {{ \"$($_.Step) $($_.Succeeded)\" }}"));
    }

    /// <summary>A process of its own makes it, so that its log is written back and none of its locks stay.</summary>
    private static void MakeStoreElsewhere(Store store)
    {
        var (exit, _, errors) = Child.RunScript($"Initialize-GpuPool -Count 2 -Backend '{store.Uri}' | Out-Null");
        Assert.Equal((0, ""), (exit, errors));
        // Who closes it last writes the log back.
        Execute(store, "SELECT count(*) FROM gpus");
        Assert.False(File.Exists(store.File + "-wal"));
    }

    private static void Execute(Store store, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={store.File};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The tests' own text.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    private static void ExpectEverywhere(Store store, string expected, string because)
    {
        using var session = Session.Open(store);
        var outcome = session.Run(TryAll);
        Assert.True(outcome.Texts.Count == 7, $"{because}: {string.Join("; ", outcome.Texts)}");
        Assert.All(outcome.Texts, text => Assert.Equal(expected, text));
    }

    private static string[] Lines(string output) => output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
