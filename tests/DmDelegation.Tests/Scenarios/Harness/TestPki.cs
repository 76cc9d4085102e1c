using System.Security.Cryptography.X509Certificates;
using DmDelegation.Platform.Cms;
using DmDelegation.ServerStub.Hosting;

namespace DmDelegation.Tests.Scenarios.Harness;

/// <summary>Certificates for one test run.</summary>
public sealed class TestPki
{
    private static readonly DateTimeOffset From = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private TestPki()
    {
        TlsAuthority = new CertificateAuthority("test TLS authority", From, From.AddYears(50));
        VoucherAuthority = new CertificateAuthority("test voucher authority", From, From.AddYears(50));
        Device = TlsAuthority.IssueDevice(TestDevice.DeviceId);
        VoucherSigner = VoucherAuthority.IssueVoucherSigner("a.example");
        var directory = System.IO.Directory.CreateTempSubdirectory("dmagent-test-pki-").FullName;
        var (certificateFile, keyFile) = CertificateAuthority.WritePem(directory, "device", Device);
        DeviceKey = DeviceKey.Load(certificateFile, keyFile);
        System.IO.Directory.Delete(directory, recursive: true);
    }

    public static TestPki Shared { get; } = new();

    public CertificateAuthority TlsAuthority { get; }

    public CertificateAuthority VoucherAuthority { get; }

    public X509Certificate2 Device { get; }

    public X509Certificate2 VoucherSigner { get; }

    public DeviceKey DeviceKey { get; }
}
