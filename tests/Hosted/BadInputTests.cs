using System.Management.Automation;
using GpuOps.Hosted.Hosting;

namespace GpuOps.Hosted;

/// <summary>What cannot be right is refused with an error that says what was wrong, and changes nothing.</summary>
public sealed class BadInputTests
{
    [Theory]
    [InlineData("Request-GpuReservation -Count 0", "ParameterArgumentValidationError", "0")]
    [InlineData("Request-GpuReservation -Count -1", "ParameterArgumentValidationError", "-1")]
    [InlineData("Request-GpuReservation -Id -1", "ParameterArgumentValidationError", "-1")]
    [InlineData("Request-GpuReservation -Id @()", "ParameterArgumentValidationError", "Id")]
    [InlineData("Request-GpuReservation -Count x", "CannotConvertArgumentNoMessage", "x")]
    [InlineData("Request-GpuReservation -Duration 5", "ParameterArgumentTransformationError", "the unit is missing")]
    [InlineData("Request-GpuReservation -Duration abc", "ParameterArgumentTransformationError", "'abc' is not a duration")]
    [InlineData("Request-GpuReservation -Duration -8h", "ParameterArgumentTransformationError", "it cannot be negative")]
    [InlineData("Request-GpuReservation -Duration 0s", "ParameterArgumentTransformationError", "longer than nothing")]
    [InlineData("Request-GpuReservation -Duration ''", "ParameterArgumentTransformationError", "it is empty")]
    [InlineData("Request-GpuReservation -Timeout soon", "ParameterArgumentTransformationError", "'soon' is not a duration")]
    [InlineData("Request-GpuReservation -Memory 20XB", "ParameterArgumentTransformationError", "20XB")]
    [InlineData("Request-GpuReservation -Memory -5GB", "ParameterArgumentTransformationError", "-5")]
    [InlineData("Request-GpuReservation -User ''", "ParameterArgumentValidationError", "User")]
    [InlineData("Initialize-GpuPool -Count 0", "ParameterArgumentValidationError", "0")]
    [InlineData("Initialize-GpuPool -Count -4", "ParameterArgumentValidationError", "-4")]
    [InlineData("Initialize-GpuPool -Provider Intel", "CannotConvertArgumentNoMessage", "Intel")]
    [InlineData("Disable-Gpu 0 -Reason ''", "ParameterArgumentValidationError", "Reason")]
    [InlineData("Get-GpuUsage -Since never", "ParameterArgumentTransformationError", "'never' is neither a moment")]
    [InlineData("Get-GpuUsage -GroupBy Colour", "CannotConvertArgumentNoMessage", "Colour")]
    public void A_value_that_cannot_be_right_is_refused_when_it_is_bound(string script, string id, string says)
    {
        using var store = new Store();
        using var session = Session.Open(store, gpus: 2);
        var before = store.Content();
        var error = session.Run(script).Fails(id, id.Contains("Transformation", StringComparison.Ordinal) || id.Contains("Validation", StringComparison.Ordinal)
            ? ErrorCategory.InvalidData : ErrorCategory.InvalidArgument);
        Assert.Contains(says, error.Exception.Message, StringComparison.Ordinal);
        Assert.Equal(before, store.Content());
    }

    [Theory]
    [InlineData("Request-GpuReservation -Count 3", "TooManyGpus", ErrorCategory.InvalidArgument, "3 GPUs", "2 GPUs in service")]
    [InlineData("Request-GpuReservation -Id 7", "GpuNotFound", ErrorCategory.ObjectNotFound, "7", "no GPU 7")]
    [InlineData("Request-GpuReservation -Id 0,7,9", "GpuNotFound", ErrorCategory.ObjectNotFound, "7 9", "no GPUs 7, 9")]
    [InlineData("Request-GpuReservation -Id 1,1", "DuplicateGpu", ErrorCategory.InvalidArgument, "1", "named twice")]
    [InlineData("Request-GpuReservation -Id 0 -Count 1", "AmbiguousDemand", ErrorCategory.InvalidArgument, null, "-Count and -Id")]
    [InlineData("Request-GpuReservation -NoWait -Timeout 3s", "AmbiguousDemand", ErrorCategory.InvalidArgument, null, "-NoWait and -Timeout")]
    [InlineData("Request-GpuReservation -Share 0", "InvalidShare", ErrorCategory.InvalidArgument, "0", "above 0")]
    [InlineData("Request-GpuReservation -Share 1.5", "InvalidShare", ErrorCategory.InvalidArgument, "1.5", "1.5")]
    [InlineData("Request-GpuReservation -Share -0.5", "InvalidShare", ErrorCategory.InvalidArgument, "-0.5", "-0.5")]
    [InlineData("Request-GpuReservation -Memory 20GB", "TooMuchMemory", ErrorCategory.InvalidArgument, "20 GB of a GPU", "no GPU")]
    [InlineData("Request-GpuReservation -ComputerName elsewhere", "PoolNotInitialized", ErrorCategory.ResourceUnavailable, "elsewhere", "Initialize-GpuPool")]
    [InlineData("Get-GpuStatus 5", "GpuNotFound", ErrorCategory.ObjectNotFound, "5", "no GPU 5")]
    [InlineData("Get-GpuStatus -ComputerName elsewhere", "PoolNotInitialized", ErrorCategory.ResourceUnavailable, "elsewhere", "'elsewhere'")]
    [InlineData("Get-GpuReservation nosuchid", "ReservationNotFound", ErrorCategory.ObjectNotFound, "nosuchid", "'nosuchid'")]
    [InlineData("Remove-GpuReservation nosuchid", "ReservationNotFound", ErrorCategory.ObjectNotFound, "nosuchid", "'nosuchid'")]
    [InlineData("Remove-GpuReservation -GpuId 1", "GpuNotReserved", ErrorCategory.ObjectNotFound, "1", "GPU 1")]
    [InlineData("12 | Remove-GpuReservation", "NotAReservation", ErrorCategory.InvalidArgument, "12", "Int32")]
    [InlineData("Disable-Gpu 9 -Reason broken", "GpuNotFound", ErrorCategory.ObjectNotFound, "9", "no GPU 9")]
    [InlineData("Enable-Gpu 9", "GpuNotFound", ErrorCategory.ObjectNotFound, "9", "no GPU 9")]
    [InlineData("Get-GpuStatus -Backend nosuch", "UnknownBackend", ErrorCategory.ObjectNotFound, "nosuch", "'nosuch'")]
    [InlineData("Get-GpuStatus -Backend ftp://host/", "UnknownBackendScheme", ErrorCategory.InvalidArgument, "ftp://host/", "ftp")]
    [InlineData("Get-GpuBackend nosuch", "UnknownBackend", ErrorCategory.ObjectNotFound, "nosuch", "'nosuch'")]
    [InlineData("Get-GpuOpsConfiguration heartbeat.intervall", "UnknownSetting", ErrorCategory.ObjectNotFound, "heartbeat.intervall", "heartbeat.interval'")]
    public void What_the_pool_cannot_do_is_an_error_that_names_the_thing(string script, string id, ErrorCategory category, string? target, string says)
    {
        using var store = new Store();
        using var session = Session.Open(store, gpus: 2);
        var error = session.Run(script).Fails(id, category);
        Assert.Contains(says, error.Exception.Message, StringComparison.Ordinal);
        Assert.Equal(target, error.TargetObject is System.Collections.IEnumerable and not string
            ? string.Join(' ', LanguagePrimitives.GetEnumerable(error.TargetObject).Cast<object>()) : error.TargetObject is null ? null : FormattableString.Invariant($"{error.TargetObject}"));
        Assert.Equal(["Available", "Available"], session.Read("(Get-GpuStatus).State"));
        Assert.Empty(session.Read("Get-GpuQueue"));
    }

    [Theory]
    [InlineData("Get-GpuStatus")]
    [InlineData("Get-GpuPool")]
    [InlineData("Request-GpuReservation")]
    [InlineData("Request-GpuReservation -NoWait -Id 0")]
    public void A_pool_that_nobody_has_initialised_names_the_command_that_does_it(string script)
    {
        using var store = new Store();
        using var session = Session.Open(store);
        var error = session.Run(script).Fails("PoolNotInitialized", ErrorCategory.ResourceUnavailable);
        Assert.Contains("Initialize-GpuPool", error.Exception.Message, StringComparison.Ordinal);
        Assert.Contains(store.File, error.Exception.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(store.File));
    }

    [Fact]
    public void One_bad_item_of_many_does_not_keep_the_others()
    {
        using var store = new Store();
        using var session = Session.Open(store, gpus: 3);
        var outcome = session.Run("Disable-Gpu 0,9,2 -Reason dust; (Get-GpuStatus 0,8,1).State");
        Assert.Equal(["GpuNotFound", "GpuNotFound"], outcome.ErrorIds);
        Assert.Equal(["Disabled", "Available"], outcome.Texts);
        Assert.Equal("Disabled", session.Read("(Get-GpuStatus 2).State").Single());
    }

    [Fact]
    public void A_disabled_gpu_is_refused_at_once_and_says_what_to_do()
    {
        using var store = new Store();
        using var session = Session.Open(store, gpus: 2);
        var error = session.Run("Disable-Gpu 1 -Reason 'fan is loud'; Request-GpuReservation -Id 1").Fails("GpuDisabled", ErrorCategory.ResourceUnavailable);
        Assert.Contains("Enable-Gpu", error.Exception.Message, StringComparison.Ordinal);
        session.Run("Request-GpuReservation -Count 2").Fails("TooManyGpus", ErrorCategory.InvalidArgument);
    }

    [Fact]
    public void Busy_and_too_late_are_different_errors()
    {
        using var store = new Store();
        using var session = Session.Open(store, gpus: 1);
        session.Run("Request-GpuReservation -Duration 1h").Clean();
        Assert.Contains("0 of 1 GPU in service", session.Run("Request-GpuReservation -NoWait").Fails("GpuBusy", ErrorCategory.ResourceBusy).Exception.Message, StringComparison.Ordinal);
        Assert.Contains("place 1 of 1", session.Run("Request-GpuReservation -Timeout 200ms").Fails("ReservationTimeout", ErrorCategory.OperationTimeout).Exception.Message, StringComparison.Ordinal);
        Assert.Empty(session.Read("Get-GpuQueue"));
    }
}
