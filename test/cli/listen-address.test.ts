import { parseListenAddress } from '../../cli/listen-address.js';

it('an address is a host and a port', () => {
  expect(parseListenAddress('127.0.0.1:9090')).toEqual({ host: '127.0.0.1', port: 9090 });
  expect(parseListenAddress(':0')).toEqual({ host: '0.0.0.0', port: 0 });
  expect(parseListenAddress('[::1]:80')).toEqual({ host: '::1', port: 80 });
  expect(parseListenAddress('localhost:80')).toEqual({ host: 'localhost', port: 80 });
});

it('and nothing else', () => {
  for (const wrong of ['9090', 'a:b', 'a:99999', '::1:80', '']) {
    expect(() => parseListenAddress(wrong)).toThrow('host:port');
  }
});
